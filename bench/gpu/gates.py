"""What a plan's kernels must keep: nothing in memory that belongs in registers, whole waves, loops that multiply."""
import mesa
import model

LEAST_SHARE = 0.75  # of the hot loop's slots that multiply, in half arithmetic on an Adreno
# Versions of Mesa whose complaints stop a build: the kernels were written with their compilers at hand. What another one complains of is news.
KNOWN = ("26.1", "26.2")


def is_known(title):
    return title.startswith(tuple(f"{known}." for known in KNOWN))


def complaints(results, share):
    """(line, version of Mesa) for each kernel that a gate stops; with `share` also how much of the loop multiplies."""
    steps = {}
    for read, by_gpu in results:
        for gpu, judged in by_gpu.items():
            for j in judged:
                for title, code in j.codes.items():
                    for what in complaints_of(j, title, code, share):
                        kernel = (j.launch.source, j.launch.options, f"{j.launch.family} {j.launch.kernel}")
                        steps.setdefault((f"{read.model} {read.mode}", kernel, gpu.title, title, what), []).append(j.launch.step)
    return [(f"{which}: {first}{f' and {len(more)} more' if more else ''}, {kernel[-1]} on {gpu} by Mesa {title}: {what}", title)
            for (which, kernel, gpu, title, what), (first, *more) in steps.items()]


def spilling(code):
    return bool(code.spills or code.fills or code.whole.stack_bytes)


def complaints_of(j, title, code, share):
    if isinstance(code, mesa.Failed):
        return [f"does not compile: {code}"]
    found = []
    if spilling(code):
        found.append(f"spills ({code.spills}:{code.fills} stores and loads, {code.whole.stack_bytes} bytes of stack a work-item)")
    if j.gpu.adreno and j.mode == "half" and j.launch.multiply_adds > 0:
        if j.lanes(code) != 128:
            why = f"work-group {j.launch.local}" if model.wide_waves_fit(j.gpu, code.registers, 0) else f"{code.registers} registers"
            found.append(f"waves of {j.lanes(code)} instead of 128 ({why})")
        # What waits for memory at best, as a fully connected layer does, has slots to spare.
        if share and code.loop.share < LEAST_SHARE and j.times[title]["optimistic"].bound != "memory":
            found.append(f"{100 * code.loop.share:.1f} % of the loop's slots multiply, wanted {100 * LEAST_SHARE:.0f} %")
    return found


def guard(results):
    """What the guard says, and its exit status."""
    found = complaints(results, share=False)
    lines = [line if is_known(title) else f"not counted, Mesa {title} is none of those that the kernels were written with: {line}" for line, title in found]
    if any(is_known(title) for _, title in found):
        return lines, 1
    kernels = {(gpu.key, j.launch.source.read_text(), j.launch.options, j.launch.kernel) for _, by_gpu in results for gpu, judged in by_gpu.items() for j in judged}
    return [*lines, f"guard: {len(kernels)} kernels of {len(results)} plans {'were looked at' if lines else 'spill nothing and keep their waves'}"], 0
