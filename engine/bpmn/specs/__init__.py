"""One kind of BPMN element a file; every spec is a `Node` (node.py)."""
