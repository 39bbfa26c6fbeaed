"""How a problem is written, and a list of them."""
import pathlib

FOLDER = pathlib.Path(__file__).parent.parent  # of the lists
ACTS = ["", "act=relu", "act=clip act_beta=6.0", "act=leaky_relu act_alpha=0.125", "act=sigmoid", "act=tanh",
        "act=hard_sigmoid act_alpha=0.25 act_beta=0.5", "act=hard_swish", "act=swish"]


def dims(values):
    return "x".join(map(str, values))


def ints(values):
    return f"[{values[0]}]" if len(values) == 1 else dims(values)


def line(op, inputs, outputs, act="", **attributes):
    words = act.split() + [f"{k}={ints(v) if isinstance(v, (list, tuple)) else v}" for k, v in attributes.items()]
    return f"{op} {','.join(inputs)} -> {','.join(outputs)} {' '.join(sorted(words))}".rstrip()


def expand(value, spatial):
    return tuple(value) if isinstance(value, (list, tuple)) else (value,) * spatial


def out_size(size, k, s, front, back, d):
    return (size + front + back - (k - 1) * d - 1) // s + 1


class List:
    def __init__(self, name, about):
        self.path, self.text, self.seen = FOLDER / f"{name}.txt", [f"# {about} Written by make_problems.py."], set()

    def section(self, title):
        self.text += ["", f"# {title}"]

    def add(self, text):
        if text and text not in self.seen:
            self.seen.add(text)
            self.text.append(text)

    def write(self):
        self.path.write_text("\n".join(self.text) + "\n")
