"""Mesa's compilers for phone GPUs, run without one: the driver's kernel side is imitated (drm-shim), Mesa compiles OpenCL and prints what
it made. Adreno's run natively, Mali's under qemu-aarch64. Answers are kept in build/gpu-report: asking again costs nothing.
"""
import concurrent.futures
import dataclasses
import gzip
import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import tempfile
import threading

import listings

HERE = pathlib.Path(__file__).resolve().parent
SUITES = ("trixie-backports", "sid")  # the two versions of Mesa, as scripts/sysroot-gpu unpacks them
LIBRARIES = {"amd64": "usr/lib/x86_64-linux-gnu", "arm64": "usr/lib/aarch64-linux-gnu"}
SECONDS = 300  # that one compilation may take; usual: 1 to 3
CRASHES = (-6, -11, 128 + 6, 128 + 11)
NOTHING = "kernel void nothing(global int* x) { x[0] = 0; }\n"


class Missing(Exception):
    """Something to install, in one line."""


class Failed(Exception):
    """A kernel that does not compile, in one line. `lasting`: it would fail again, so the answer is kept."""

    def __init__(self, text, lasting=False):
        super().__init__(text)
        self.lasting = lasting


@dataclasses.dataclass(frozen=True)
class Mesa:
    suite: str
    arch: str
    root: pathlib.Path
    version: str

    @property
    def title(self):
        return self.version.split("-")[0]


def arch_of(gpu):
    return "amd64" if gpu.adreno else "arm64"


def versions(build, gpu, suites=None):
    """The unpacked versions of Mesa that know a GPU, oldest first."""
    arch = arch_of(gpu)
    roots = [(suite, build / f"sysroot-gpu-{arch}" / suite) for suite in SUITES if suite in (suites or SUITES)]
    return [Mesa(suite, arch, root, (root / ".mesa-version").read_text().strip()) for suite, root in roots if (root / ".complete").exists()]


def key_of(gpu, mesa, source, options):
    """What an answer depends on."""
    return hashlib.sha256("\0".join((source, options, gpu.key, mesa.version)).encode()).hexdigest()


def needed_tool(name, package):
    path = shutil.which(name)
    if not path:
        raise Missing(f"{name} is missing: install {package} (scripts/setup build test)")
    return path


class Compiler:
    """Compiles for every GPU, with its answers kept in a folder."""

    def __init__(self, build):
        self.folder = build / "gpu-report"
        self.lock = threading.Lock()
        self.compiled = 0

    def codes(self, gpu, mesa, source, options):
        """name -> listings.Code of all kernels of a source."""
        key = key_of(gpu, mesa, source, options)
        kept = self.folder / "cache" / f"{key}.json"
        reader = hashlib.sha256((HERE / "listings.py").read_bytes()).hexdigest()
        try:
            value = json.loads(kept.read_text())
            if value["reader"] == reader and "failed" not in value:
                return {name: listings.Code.from_json(code) for name, code in value["codes"].items()}
        except (OSError, ValueError, KeyError, TypeError):
            value = {}
        if value.get("failed"):
            raise Failed(value["failed"], lasting=True)
        try:
            codes = listings.read(self.listing(gpu, mesa, source, options, key), gpu.kind)
        except listings.Unreadable as error:
            raise Failed(f"Mesa {mesa.title} for {gpu.title}: {error}") from None
        except Failed as error:
            if error.lasting:
                write(kept, json.dumps({"reader": reader, "failed": str(error)}).encode())
            raise
        write(kept, json.dumps({"reader": reader, "codes": {name: code.to_json() for name, code in codes.items()}}).encode())
        return codes

    def listing(self, gpu, mesa, source, options, key):
        kept = self.folder / "cache" / f"{key}.txt.gz"
        try:
            return gzip.decompress(kept.read_bytes()).decode(errors="replace")
        except (OSError, EOFError):
            pass
        text = self.compile(gpu, mesa, source, options)
        write(kept, gzip.compress(text.encode()))
        return text

    def compile(self, gpu, mesa, source, options):
        program = self.program(mesa)
        with tempfile.TemporaryDirectory() as name:
            scratch = pathlib.Path(name)
            (scratch / "kernel.cl").write_text(source)
            if gpu.adreno:
                command, environment = self.adreno(gpu, mesa, scratch, program, options)
            else:
                shutil.copytree(self.primed(gpu, mesa), scratch / "cache")
                command, environment = mali(gpu, mesa, scratch, program, options)
            text = run(command, environment, f"Mesa {mesa.title} for {gpu.title}")
        with self.lock:
            self.compiled += 1
        return text

    def adreno(self, gpu, mesa, scratch, program, options):
        libraries = mesa.root / LIBRARIES["amd64"]
        headers = next(iter(sorted((mesa.root / "usr/lib").glob("llvm-*/lib/clang/*/include"))), mesa.root)
        # The shim knows few Adrenos by name; it pretends to be a 660 and shim.c says which one it is.
        environment = {"HOME": str(scratch), "PATH": "/usr/bin", "OCL_ICD_VENDORS": str(mesa.root / "etc/OpenCL/vendors/rusticl.icd"),
                       "RUSTICL_ENABLE": "freedreno", "FD_GPU_ID": "660", "FD_CHIP": gpu.chip, "GPU_ROOT": str(mesa.root),
                       "IR3_SHADER_DEBUG": "cs,nocache", "MESA_SHADER_CACHE_DISABLE": "true"}
        preload = f"{self.shim()}:{libraries}/libfreedreno_noop_drm_shim.so"
        command = [libraries / "ld-linux-x86-64.so.2", "--library-path", libraries, "--preload", preload, program, scratch / "kernel.cl", f"-I{headers} {options}"]
        return command, environment

    def primed(self, gpu, mesa):
        """A shader cache that knows the compiler's own kernels: without it each run compiles them first, which takes 8 s."""
        with self.lock:
            folder = self.folder / "primed" / f"{gpu.key}-{mesa.version}"
            if not folder.exists():
                program = self.program_locked(mesa)
                folder.parent.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryDirectory(dir=folder.parent) as name:
                    scratch = pathlib.Path(name)
                    (scratch / "kernel.cl").write_text(NOTHING)
                    (scratch / "cache").mkdir()
                    run(*mali(gpu, mesa, scratch, program, ""), f"Mesa {mesa.title} for {gpu.title}")
                    try:
                        (scratch / "cache").rename(folder)
                    except OSError:  # another process was quicker
                        pass
            return folder

    def program(self, mesa):
        with self.lock:
            return self.program_locked(mesa)

    def program_locked(self, mesa):
        opencl = mesa.root / LIBRARIES[mesa.arch] / "libOpenCL.so.1"
        if mesa.arch == "amd64":
            if platform.machine() != "x86_64":
                raise Missing("Adreno's compiler runs on x86-64 only")
            compiler = needed_tool("cc", "g++")
        else:
            compiler = needed_tool("aarch64-linux-gnu-gcc", "g++-aarch64-linux-gnu")
            needed_tool("qemu-aarch64", "qemu-user")
        headers = [] if mesa.arch == "amd64" else ["-idirafter", "/usr/include"]  # CL/cl.h is the same for all
        return self.built("compile.c", f"compile.{mesa.arch}", [compiler], [*headers, opencl, "-Wl,--allow-shlib-undefined"])

    def shim(self):
        with self.lock:
            return self.built("shim.c", "shim.so", [needed_tool("cc", "g++"), "-shared", "-fPIC"], ["-ldl"])

    def built(self, source, name, command, rest):
        path = self.folder / name
        if not path.exists() or path.stat().st_mtime < (HERE / source).stat().st_mtime:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f"{name}.{os.getpid()}")
            done = subprocess.run([*map(str, command), "-std=gnu11", "-O2", "-o", str(partial), str(HERE / source), *map(str, rest)], capture_output=True, text=True)
            if done.returncode != 0:
                raise Missing(f"{source} does not compile: {first_error(done.stderr)} (scripts/setup build test)")
            partial.rename(path)
        return path


def mali(gpu, mesa, scratch, program, options):
    environment = {"HOME": str(scratch), "PATH": "/usr/bin", "OCL_ICD_VENDORS": str(mesa.root / "etc/OpenCL/vendors/rusticl.icd"), "RUSTICL_ENABLE": "panfrost",
                   "PAN_GPU_ID": gpu.product, "BIFROST_MESA_DEBUG": "shaders,shaderdb", "MESA_SHADER_CACHE_DIR": str(scratch / "cache")}
    libraries = "/" + LIBRARIES["arm64"]
    command = [needed_tool("qemu-aarch64", "qemu-user"), "-cpu", "max,pauth-impdef=on", "-L", mesa.root, "-E", f"LD_LIBRARY_PATH={libraries}",
               "-E", f"LD_PRELOAD={libraries}/libpanfrost_noop_drm_shim.so", program, scratch / "kernel.cl", options]
    return command, environment


def run(command, environment, who):
    try:
        done = subprocess.run(list(map(str, command)), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Failed(f"{who}: not done after {SECONDS} s") from None
    text = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        # A source that is refused (1), and a compiler that crashes (6, 11) do so again; one that was killed need not.
        status = "crashed" if done.returncode in CRASHES else f"ended with status {done.returncode}"
        raise Failed(f"{who}: {first_error(text) or status}", lasting=done.returncode == 1 or done.returncode in CRASHES)
    return text


def first_error(text):
    lines = [line.strip() for line in text.splitlines()]
    telling = [line for line in lines if "error" in line.lower() or line.startswith(("no device", "build failed", "FATAL"))]
    said = [line for line in telling if not line.startswith("build failed")]
    return (said or telling or [""])[0][:300]


def write(path, data):
    """Whole or not at all: several may write at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    partial.write_bytes(data)
    partial.rename(path)


def compile_all(compiler, wanted, jobs):
    """(gpu, mesa, source, options) -> codes, or the Failed that came instead."""
    def one(task):
        gpu, mesa, source, options = task
        try:
            return compiler.codes(gpu, mesa, source, options)
        except Failed as error:
            return error
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return dict(zip(wanted, pool.map(one, wanted)))
