"""One run of rt3d-prune for each cell, in a folder of its own: what is done stays done, what was interrupted goes on."""

import json
import subprocess
import sys
import time

from .cells import NETWORKS, PENALTIES
from .kept import Kept

# rt3d-prune's own defaults are for data sets of their size; these are for twelve classes of synthetic clips. Mirrored clips would move the
# other way: they are other classes.
SHOWN = ["--frames", "16", "--no-mirror"]


class RunError(Exception):
    pass


class Runs:
    def __init__(self, options, lists):
        self.options = options
        self.kept = Kept(options.results)
        self.data = ["--data", str(options.out / "clips"), "--split", str(lists[0]), "--test-split", str(lists[1]), *SHOWN]

    def dense(self, network, seed):
        """The trained network; trains it where it is not there yet."""
        if NETWORKS[network].trained:
            return NETWORKS[network].trained
        folder = self.options.out / network / str(seed) / "dense"
        model = folder / "trained.onnx"
        if (folder / "run/result.json").exists() and model.exists():
            return model
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / "made.onnx"
        if not made.exists():
            self._call("rt3d", ["make-model", *NETWORKS[network].make, "--seed", str(seed), "-o", str(made)], folder)
        self._run(folder, NETWORKS[network], ["train", str(made), "--from-scratch", "-o", str(model),
                                             "--epochs", str(self.options.epochs), *NETWORKS[network].training,
                                             "--seed", str(seed)])
        return model

    def prune(self, cell):
        folder = self.options.out / cell.folder
        if self.kept.find(cell):
            return
        dense = self.dense(cell.network, cell.seed)
        folder.mkdir(parents=True, exist_ok=True)
        epochs = self.options.prune_epochs
        if cell.method not in PENALTIES:
            epochs = epochs.split(",")[1]
        if not self._written(cell):
            self._run(folder, NETWORKS[cell.network], [
                str(dense), "--method", cell.method, "--scheme", cell.scheme, "--target", f"{cell.rate}x",
                "-o", str(folder / "pruned.onnx"), "--epochs", epochs, "--seed", str(cell.seed)])
        self.kept.put(cell, self._written(cell), {"train": self.options.train, "epochs": self.options.epochs,
                                                  "prune_epochs": self.options.prune_epochs})

    def result(self, cell):
        """What is kept of a run, made here or elsewhere, or None."""
        return self.kept.find(cell)

    def models(self, cells):
        """The models of runs that ended here, by cell, and the dense ones, by network and seed."""
        files = {cell: self.options.out / cell.folder / "pruned.onnx" for cell in cells}
        pruned = {cell: file for cell, file in files.items() if file.exists() and self._written(cell)}
        return pruned, {(cell.network, cell.seed): self.dense(cell.network, cell.seed) for cell in pruned}

    def _written(self, cell):
        file = self.options.out / cell.folder / "run/result.json"
        return json.loads(file.read_text()) if file.exists() else None

    def _run(self, folder, network, words):
        """Begins a run, or goes on with it."""
        run = folder / "run"
        if (run / "checkpoint").exists():
            words = ["--resume", str(run)]
        else:
            size = str(network.size)
            words = [*words, *self.data, "--short-side", size, "--crop", size,
                     "--cache", str(self.options.out / f"frames-{size}"), "--run", str(run)]
        began = time.monotonic()
        self._call("rt3d-prune", [*words, "--threads", str(self.options.threads), "--quiet"], folder)
        print(f"{folder.relative_to(self.options.out)}: {(time.monotonic() - began) / 60:.1f} minutes", file=sys.stderr, flush=True)

    def _call(self, program, words, folder):
        command = [str(self.options.build / "bin" / program), *words]
        with open(folder / "output.txt", "a", encoding="utf-8") as output:
            status = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT).returncode
        if status == 130 or status == 143:
            raise KeyboardInterrupt
        if status != 0:
            said = (folder / "output.txt").read_text(encoding="utf-8").splitlines()[-1:]
            raise RunError(f"{folder.relative_to(self.options.out)}: {program} ended with {status}: {''.join(said)}")
