"""Launches of plans, compiled and given a time: what tables.py prints and gates.py judges."""
import manifest
import mesa
import model


class Judged:
    """One launch on one GPU, by each version of Mesa."""

    def __init__(self, launch, gpu, mode, codes):
        self.launch, self.gpu, self.mode = launch, gpu, mode
        self.codes = codes  # by title of the Mesa version; mesa.Failed where there is none
        self.times = {title: {corner: model.time(gpu, code, launch.modelled(mode), corner) for corner in model.CORNERS}
                      for title, code in codes.items() if not isinstance(code, mesa.Failed)}

    def milliseconds(self, title, corner):
        """Of all its launches; None where the kernel does not compile."""
        times = self.times.get(title)
        return times and times[corner].seconds * self.launch.count * 1e3

    def lanes(self, code):
        return model.lanes_of(self.gpu, code, self.launch.modelled(self.mode).local)


def chosen(read, text):
    return [launch for launch in read.launches if any(text in where for where in (launch.step, launch.problem, launch.family, launch.kernel))]


def judge(plans, options):
    """Of plans as (manifest, GPUs) their (manifest, {gpu: [Judged]}), everything compiled that is not kept yet."""
    if options.steps and not any(chosen(read, options.steps) for read, _ in plans):
        raise manifest.Error(f"no launch has '{options.steps}' in its step, problem, family or kernel (--steps)")
    compiler = mesa.Compiler(options.build)
    known = {gpu: mesa.versions(options.build, gpu, options.mesa) for gpu in {gpu for _, gpus in plans for gpu in gpus}}
    wanted = dict.fromkeys((gpu, version, launch.source.read_text(), launch.options) for read, gpus in plans for launch in chosen(read, options.steps)
                           for gpu in gpus for version in known[gpu])
    codes = mesa.compile_all(compiler, list(wanted), options.jobs)

    def code_of(launch, gpu, version):
        answer = codes[gpu, version, launch.source.read_text(), launch.options]
        if isinstance(answer, mesa.Failed):
            return mesa.Failed(f"{launch.source.name} [{launch.options}]: {answer}")
        return answer.get(launch.kernel) or mesa.Failed(f"{launch.source.name} [{launch.options}] has no kernel {launch.kernel}")

    return [(read, {gpu: [Judged(launch, gpu, read.mode, {v.title: code_of(launch, gpu, v) for v in known[gpu]}) for launch in chosen(read, options.steps)]
                    for gpu in gpus}) for read, gpus in plans]


def unpacked(gpus, options):
    """Those of the GPUs for which there is a compiler, and lines about the others."""
    there = [gpu for gpu in gpus if mesa.versions(options.build, gpu, options.mesa)]
    missing = sorted({mesa.arch_of(gpu) for gpu in gpus if gpu not in there})
    return there, [f"Mesa is not unpacked in {options.build}/sysroot-gpu-{arch}: scripts/sysroot-gpu {arch}" for arch in missing]
