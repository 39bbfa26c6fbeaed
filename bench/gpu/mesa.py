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
import re
import shutil
import subprocess
import tempfile
import threading

import listings

HERE = pathlib.Path(__file__).resolve().parent
SUITES = ("trixie-backports", "sid")  # the two versions of Mesa, as scripts/sysroot-gpu unpacks them
LIBRARIES = {"amd64": "usr/lib/x86_64-linux-gnu", "arm64": "usr/lib/aarch64-linux-gnu"}
SECONDS = 300  # that one compilation may take; usual: 1 to 3
MOST_AT_ONCE = 24  # sources that one process compiles: of a run that is stopped their answers are lost
READER = hashlib.sha256((HERE / "listings.py").read_bytes()).hexdigest()  # what is read out of a listing changes with it
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

    def kept(self, gpu, mesa, source, options):
        """Of a source that was compiled before name -> listings.Code of all its kernels, or the Failed that came instead; else None."""
        key = key_of(gpu, mesa, source, options)
        try:
            value = json.loads(self.answer(key).read_text())
            if value.get("failed"):
                return Failed(value["failed"])
            if value["reader"] == READER:
                return {name: listings.Code.from_json(code) for name, code in value["codes"].items()}
        except (OSError, ValueError, KeyError, TypeError):
            pass
        try:
            text = gzip.decompress(self.listing(key).read_bytes()).decode(errors="replace")
        except (OSError, EOFError):
            return None
        return self.read(gpu, mesa, key, text)

    def answer(self, key):
        return self.folder / "cache" / f"{key}.json"

    def listing(self, key):
        return self.folder / "cache" / f"{key}.txt.gz"

    def read(self, gpu, mesa, key, text):
        try:
            codes = listings.read(text, gpu.kind)
        except listings.Unreadable as error:
            return Failed(f"Mesa {mesa.title} for {gpu.title}: {error}")
        write(self.answer(key), json.dumps({"reader": READER, "codes": {name: code.to_json() for name, code in codes.items()}}).encode())
        return codes

    def keep(self, gpu, mesa, source, options, text):
        """What compiling gave: a listing, or a Failed."""
        key = key_of(gpu, mesa, source, options)
        if not isinstance(text, Failed):
            write(self.listing(key), gzip.compress(text.encode()))
            return self.read(gpu, mesa, key, text)
        if text.lasting:
            write(self.answer(key), json.dumps({"failed": str(text)}).encode())
        return text

    def compile(self, gpu, mesa, sources):
        """Of each (source, options) its listing, or a Failed; compiled by one process, as starting one takes longer than most kernels."""
        who = f"Mesa {mesa.title} for {gpu.title}"
        program = self.program(mesa)
        with tempfile.TemporaryDirectory() as name:
            scratch = pathlib.Path(name)
            files = []
            for i, (source, options) in enumerate(sources):
                files.append((scratch / f"{i}.cl", options))
                files[-1][0].write_text(source)
            if gpu.adreno:
                command, environment = self.adreno(gpu, mesa, scratch, program, files)
            else:
                shutil.copytree(self.primed(gpu, mesa), scratch / "cache")
                command, environment = mali(gpu, mesa, scratch, program, files)
            text, status = run(command, environment, len(files))
        parts = split(text)
        if len(sources) == 1:
            return [parts[0].listing(who) if 0 in parts and parts[0].ended else Failed(f"{who}: {failure(text, status)}", lasting=status in CRASHES)]
        if not parts:
            return [Failed(f"{who}: {failure(text, status)}")] * len(sources)
        # What it stopped at is compiled by itself, to be sure, and so is code that Mesa had in its cache, from a source that means the same;
        # what it did not come to, by another process.
        lists = [parts[i].listing(who) if i in parts and parts[i].ended and parts[i].told else None for i in range(len(sources))]
        for i in parts:
            if lists[i] is None:
                lists[i] = self.compile(gpu, mesa, [sources[i]])[0]
        rest = [i for i, text in enumerate(lists) if text is None]
        for i, text in zip(rest, self.compile(gpu, mesa, [sources[i] for i in rest]) if rest else []):
            lists[i] = text
        return lists

    def adreno(self, gpu, mesa, scratch, program, files):
        libraries = mesa.root / LIBRARIES["amd64"]
        headers = next(iter(sorted((mesa.root / "usr/lib").glob("llvm-*/lib/clang/*/include"))), mesa.root)
        # The shim knows few Adrenos by name; it pretends to be a 660 and shim.c says which one it is.
        environment = {"HOME": str(scratch), "PATH": "/usr/bin", "OCL_ICD_VENDORS": str(mesa.root / "etc/OpenCL/vendors/rusticl.icd"),
                       "RUSTICL_ENABLE": "freedreno", "FD_GPU_ID": "660", "FD_CHIP": gpu.chip, "GPU_ROOT": str(mesa.root),
                       "IR3_SHADER_DEBUG": "cs,nocache", "MESA_SHADER_CACHE_DISABLE": "true"}
        preload = f"{self.shim()}:{libraries}/libfreedreno_noop_drm_shim.so"
        command = [libraries / "ld-linux-x86-64.so.2", "--library-path", libraries, "--preload", preload, program]
        for file, options in files:
            command += [file, f"-I{headers} {options}"]
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
                    text, status = run(*mali(gpu, mesa, scratch, program, [(scratch / "kernel.cl", "")]), 1)
                    if status != 0:
                        raise Missing(f"Mesa {mesa.title} for {gpu.title} compiles nothing: {failure(text, status)}")
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


def mali(gpu, mesa, scratch, program, files):
    environment = {"HOME": str(scratch), "PATH": "/usr/bin", "OCL_ICD_VENDORS": str(mesa.root / "etc/OpenCL/vendors/rusticl.icd"), "RUSTICL_ENABLE": "panfrost",
                   "PAN_GPU_ID": gpu.product, "BIFROST_MESA_DEBUG": "shaders,shaderdb", "MESA_SHADER_CACHE_DIR": str(scratch / "cache")}
    libraries = "/" + LIBRARIES["arm64"]
    command = [needed_tool("qemu-aarch64", "qemu-user"), "-cpu", "max,pauth-impdef=on", "-L", mesa.root, "-E", f"LD_LIBRARY_PATH={libraries}",
               "-E", f"LD_PRELOAD={libraries}/libpanfrost_noop_drm_shim.so", program]
    return command + [word for file in files for word in file], environment


def run(command, environment, sources):
    """What the compiler prints, and its exit status; None: not done in time."""
    try:
        done = subprocess.run(list(map(str, command)), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS * sources)
    except subprocess.TimeoutExpired as stopped:
        return (stopped.stdout or b"").decode(errors="replace"), None
    return done.stdout.decode(errors="replace"), done.returncode


def failure(text, status):
    return f"not done after {SECONDS} s" if status is None else first_error(text) or ("crashed" if status in CRASHES else f"ended with status {status}")


@dataclasses.dataclass
class Part:
    """What was printed of one source."""
    text: str
    ended: bool  # else the compiler crashed, or was stopped
    status: int = 0  # of OpenCL

    @property
    def told(self):
        """Whether the compiler said anything: of code that it kept from another source it prints nothing."""
        return self.status != 0 or "decl_function" in self.text

    def listing(self, who):
        if self.status == 0:
            return self.text
        return Failed(f"{who}: {first_error(self.text) or f'OpenCL says {self.status}'}", lasting=True)


def split(text):
    """Of each source that was begun its Part, by number (compile.c)."""
    parts = {}
    for begun in re.split(r"^source (?=\d+ begins$)", text, flags=re.MULTILINE)[1:]:
        which, _, rest = begun.partition(" begins\n")
        told, end, status = rest.partition(f"source {which} ends: ")
        parts[int(which)] = Part(told, bool(end), int(status.split()[0]) if end else 0)
    return parts


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
    answers = {task: compiler.kept(*task) for task in wanted}
    sources = {}  # by compiler
    for gpu, mesa, source, options in (task for task, answer in answers.items() if answer is None):
        sources.setdefault((gpu, mesa), []).append((source, options))
    batches = [(*which, part) for which, all_of_it in sources.items() for part in parted(all_of_it, jobs)]

    def one(batch):
        gpu, mesa, part = batch
        texts = compiler.compile(gpu, mesa, part)
        return [((gpu, mesa, *source), compiler.keep(gpu, mesa, *source, text)) for source, text in zip(part, texts)]

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done in pool.map(one, batches):
            answers.update(done)
    return answers


def parted(sources, jobs):
    """In equal parts for so many processes, none above MOST_AT_ONCE."""
    size = min(MOST_AT_ONCE, -(-len(sources) // jobs))
    return [sources[i:i + size] for i in range(0, len(sources), size)]
