"""What notify does at its edge: the console, and the channels that alerts go out by."""
