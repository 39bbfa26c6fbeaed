"""Models as files: the dense ones kept beside those of bench/peers, the pruned ones for as long as they are measured."""

import json
import subprocess

from peers.models import ModelError


def make_pruned(command, model, sparsity, seed, file):
    """Writes a pruned architecture; the rate of multiply-accumulates that came out. Raises ModelError."""
    words = [command, "make-model", model, "--sparsity", sparsity, "--seed", seed, "-o", file, "--json"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ModelError(done.stderr.strip() or f"exit status {done.returncode}")
    return json.loads(done.stdout)["rate"]
