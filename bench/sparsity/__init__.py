"""Pruned models beside dense ones: the paper's Tables 2 and 3, measured here (docs/sparsity-results.md)."""
