"""One run of rt3d-prune for each cell, in a folder of its own: what is done stays done, what was interrupted goes on."""

import json
import subprocess
import sys
import time

from .cells import NETWORKS, RATES, SIZE

# rt3d-prune's own defaults are for data sets of their size; these are for twelve classes of synthetic clips. Mirrored clips would move the
# other way: they are other classes.
SHOWN = ["--frames", "16", "--short-side", str(SIZE), "--crop", str(SIZE), "--no-mirror"]


class RunError(Exception):
    pass


class Runs:
    def __init__(self, options, lists):
        self.options = options
        self.data = ["--data", str(options.out / "clips"), "--split", str(lists[0]), "--test-split", str(lists[1]), *SHOWN,
                     "--cache", str(options.out / "frames")]

    def dense(self, network, seed):
        """The trained network; trains it where it is not there yet."""
        folder = self.options.out / network / str(seed) / "dense"
        model = folder / "trained.onnx"
        if (folder / "run/result.json").exists() and model.exists():
            return model
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / "made.onnx"
        if not made.exists():
            self._call("rt3d", ["make-model", *NETWORKS[network].make, "--seed", str(seed), "-o", str(made)], folder)
        self._run(folder, ["train", str(made), "--from-scratch", "-o", str(model), "--epochs", str(self.options.epochs),
                           "--lr", str(NETWORKS[network].rate), "--seed", str(seed)])
        return model

    def prune(self, cell):
        folder = self.options.out / cell.folder
        if (folder / "run/result.json").exists():
            return
        dense = self.dense(cell.network, cell.seed)
        folder.mkdir(parents=True, exist_ok=True)
        retrain = str(self.options.prune_epochs)
        epochs = f"{retrain},{retrain}" if cell.method in ("lasso", "reweighted") else retrain
        rate = ["--lr", str(RATES[cell.scheme])] if cell.scheme in RATES else []
        self._run(folder, [str(dense), "--method", cell.method, "--scheme", cell.scheme, "--target", f"{cell.rate}x",
                           "-o", str(folder / "pruned.onnx"), "--epochs", epochs, "--seed", str(cell.seed), *rate])

    def result(self, cell):
        """What the run wrote, or None."""
        file = self.options.out / cell.folder / "run/result.json"
        return json.loads(file.read_text()) if file.exists() else None

    def _run(self, folder, words):
        """Begins a run, or goes on with it."""
        run = folder / "run"
        if (run / "checkpoint").exists():
            words = ["--resume", str(run)]
        else:
            words = [*words, *self.data, "--run", str(run)]
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
