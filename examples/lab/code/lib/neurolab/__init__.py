"""The lab's shared code: what more than one notebook needs."""
