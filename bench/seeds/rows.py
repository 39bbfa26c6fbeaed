"""Rows of tuning databases as text: whose they are, under another name."""

HEADER_LINES = 1
SUFFIX = "-2"


def rename_device(text):
    """The same rows of a device that differs from theirs in its name alone: "avx2/AMD_EPYC/l1=…" becomes "avx2/AMD_EPYC-2/l1=…"."""
    lines = text.splitlines()
    renamed = lines[:HEADER_LINES]
    for line in lines[HEADER_LINES:]:
        if not line or line.startswith("#"):
            continue
        device, tab, rest = line.partition("\t")
        kind, slash, place = device.partition("/")
        name, behind, caches = place.partition("/")
        renamed.append(f"{kind}{slash}{name}{SUFFIX}{behind}{caches}{tab}{rest}")
    return "\n".join(renamed) + "\n"


def is_quiet(text, quiet=0.25):
    """Whether no row was disturbed: others may be measured again once the machine is quieter."""
    rows = [line for line in text.splitlines()[HEADER_LINES:] if line and not line.startswith("#")]
    return all(float(row.rsplit("\t", 1)[1]) <= quiet for row in rows)
