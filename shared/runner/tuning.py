"""How the interpreter is set for a process that handles batches."""

import gc


def spare_the_collector() -> None:
    """Have garbage collection pass over what stays for ever, and come less often.

    A batch makes a hundred thousand objects and hardly a cycle among them. With the defaults, looking for some took a
    tenth of the time (docs/evidence/2026-11-22-bench.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
