"""Who may do what on the broker and in the databases: declared once, applied to real servers, tried by tests."""
