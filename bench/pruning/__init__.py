"""Networks pruned on the motion clips by each method and scheme: the paper's Tables 1 and 3, and accuracy against measured time
(docs/pruning-results.md)."""
