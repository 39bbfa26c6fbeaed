#!/usr/bin/env python3
"""The phone kit from its tarball alone, in an empty folder, under qemu: every result is right, and the report reads it.

    scripts/phone-kit --quick -o build/kit.tar.gz && tests/bench/phone_kit_test.py build/kit.tar.gz
    scripts/phone-kit -o build/kit.tar.gz && tests/bench/phone_kit_test.py build/kit.tar.gz --full      # full networks: hours
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REPORT = ROOT / "bench/arm/report.py"


def fail(text):
    sys.exit(f"phone_kit_test: {text}")


def require(holds, text):
    if not holds:
        fail(text)


def check_program(kit):
    header = subprocess.run(["readelf", "-lW", kit / "rt3d-phone"], capture_output=True, text=True, check=True).stdout
    require("INTERP" not in header, "rt3d-phone wants a loader: it is not static")
    # Phones with pages of 16 KiB load nothing whose segments are aligned to less.
    aligns = [int(line.split()[-1], 16) for line in header.splitlines() if line.split()[:1] == ["LOAD"]]
    require(aligns and min(aligns) >= 1 << 14, f"rt3d-phone's segments are aligned to {aligns}")


def measure(kit, words):
    # Nothing of this machine but qemu: an empty environment, and a folder for all that is written.
    environment = {"PATH": "/usr/bin:/bin", "RT3D_RUNNER": f"{shutil.which('qemu-aarch64')} -cpu cortex-a76", "RT3D_KEEP_CODE": "1"}
    return subprocess.run(["sh", str(kit / "run.sh"), *words], env=environment, cwd="/", capture_output=True, text=True, check=False)


def check_results(path, quick):
    results = json.loads(path.read_text())
    require(results["finished"] and results["quick"] == quick, "the measurement did not finish")
    require(results["steps"], "there are no steps")
    for step in results["steps"]:
        require(step["checked"] is True, f"{step['id']} is not right: {step.get('error') or step.get('skipped') or step.get('report')}")
        checks = step["report"]["checks"]
        require(checks and all(0 <= c["largest_difference"] <= c["limit"] for c in checks), f"{step['id']}: {checks}")
        if step["kind"] == "bench":
            bench = step["report"]["bench"]
            require(bench["isa"] == "neon" and bench["median_ns"] > 0 and bench["layers"], f"{step['id']} measured nothing")
    exact = [c for s in results["steps"] if s["kind"] == "check" for c in s["report"]["checks"] if c["accuracy"] == "exact"]
    require(any(c["largest_difference"] > 0 for c in exact), "NEON's sums are this machine's own, bit for bit: what was compared?")
    require("aarch64" in results["facts"]["kernel"], f"the kernel is {results['facts']['kernel']}")


def check_report(path, seeds):
    done = subprocess.run([sys.executable, REPORT, "--phone", path, "--check"], capture_output=True, text=True, check=False)
    require(done.returncode == 0 and "c3d" in done.stdout, f"the report fails: {done.stdout}{done.stderr}")
    # A machine that is busy enough tunes nothing in a second.
    exports = [s["rows"].strip().split("\n")[1:] for s in json.loads(path.read_text())["seeds"]]
    if any(not line.startswith("#") for lines in exports for line in lines):
        subprocess.run([sys.executable, REPORT, "--phone", path, "--seeds", seeds], stdout=subprocess.DEVNULL, check=True)
        require(seeds.read_text().startswith("rt3d-tuning\t2\n# "), "the seeds are no rows")


def main():
    if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--full"]):
        fail(__doc__)
    words = [] if "--full" in sys.argv else ["--quick"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["tar", "-xzf", sys.argv[1], "-C", folder], check=True)
        kit = pathlib.Path(folder) / "rt3d-phone-kit"
        check_program(kit)
        done = measure(kit, words)
        print(done.stdout, end="")
        require(done.returncode == 0, f"run.sh ended with {done.returncode}: {done.stderr}")
        results = kit / ("quick.json" if words else "results.json")
        check_results(results, bool(words))
        check_report(results, pathlib.Path(folder) / "seeds.tsv")
        again = measure(kit, words)
        require(again.returncode == 0 and again.stdout.count("(before)") == len(json.loads(results.read_text())["steps"]),
                f"run.sh did not go on where it ended: {again.stdout}{again.stderr}")
        left = sorted(path.name for path in kit.iterdir())
        print(f"phone_kit_test: all is right; the kit's folder holds {', '.join(left)}")


if __name__ == "__main__":
    os.umask(0o022)
    main()
