"""Structs and constants of rt3d.h as ctypes, read from the header itself.

The header is the only description: a field that it gains is there without a change here, and the values of
its RT3D_…_INIT macros are the defaults. Understood is what rt3d.h uses: enums, and structs of scalars,
pointers and arrays.
"""

import ctypes
import re

SCALARS = {
    "size_t": ctypes.c_size_t,
    "int32_t": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "int": ctypes.c_int,
    "uint32_t": ctypes.c_uint32,
    "uint64_t": ctypes.c_uint64,
    "uint8_t": ctypes.c_uint8,
    "double": ctypes.c_double,
    "float": ctypes.c_float,
}
FIELD = re.compile(r"(?:const\s+)?(\w+)\s*([^;]+);")
NAME = re.compile(r"((?:\*\s*(?:const\b)?\s*)*)(\w+)(?:\[(\d+)\])?$")


class Header:
    """`structs`, `constants` and `defaults` (per struct: its INIT macro's values, or None) of one header."""

    def __init__(self, path):
        text = re.sub(r"/\*.*?\*/", " ", path.read_text(encoding="utf-8"), flags=re.S).replace("\\\n", " ")
        self.constants = {}
        self.structs = {}
        self.types = dict(SCALARS)
        for found in re.finditer(
            r"typedef\s+(?:enum\s+\w+\s*\{([^}]*)\}\s*(\w+)|struct\s+\w+\s*\{([^}]*)\}\s*(\w+)"
            r"|[\w\s]+\**\(\*(\w+)\)\([^)]*\))\s*;",
            text,
        ):
            values, enum, fields, struct, callback = found.groups()
            if enum:
                self._add_enum(enum, values)
            elif struct:
                self._add_struct(struct, fields)
            else:
                self.types[callback] = ctypes.c_void_p
        self.defaults = {name: self._init_values(text, name) for name in self.structs}

    def new(self, name, **fields):
        """A struct as its INIT macro makes it (zeros where it has none), with some fields set."""
        struct = self.structs[name]
        made = struct(*(self.defaults[name] or ()))
        for field, value in fields.items():
            setattr(made, field, value)
        return made

    def has_field(self, struct, field):
        return any(name == field for name, _ in self.structs[struct]._fields_)

    def _add_enum(self, name, values):
        following = 0
        for item in filter(None, (part.strip() for part in values.split(","))):
            key, _, value = (part.strip() for part in item.partition("="))
            following = int(value, 0) if value else following
            self.constants[key] = following
            following += 1
        self.types[name] = ctypes.c_int

    def _add_struct(self, name, fields):
        laid_out = []
        for kind, declared in FIELD.findall(fields):
            for one in declared.split(","):
                match = NAME.match(one.strip())
                if not match:
                    raise ValueError(f"rt3d.h: the field '{one.strip()}' of {name} is not understood")
                laid_out.append((match[2], self._type_of(kind, match)))
        self.structs[name] = type(name, (ctypes.Structure,), {"_fields_": laid_out})
        self.types[name] = self.structs[name]

    def _type_of(self, kind, match):
        pointer, _, count = match.groups()
        if pointer:
            return ctypes.c_char_p if kind == "char" and pointer.count("*") == 1 else ctypes.c_void_p
        if kind not in self.types:
            raise ValueError(f"rt3d.h: the type '{kind}' of field '{match[2]}' is not understood")
        return self.types[kind] * int(count) if count else self.types[kind]

    def _init_values(self, text, struct):
        found = re.search(rf"#define\s+{struct.upper()}_INIT\s*\{{(.*)\}}", text)
        return self._values(found[1]) if found else None

    def _values(self, text):
        return tuple(self._value(item.strip()) for item in re.findall(r"\{[^}]*\}|[^,{}]*[^,{}\s]", text))

    def _value(self, text):
        if text.startswith("{"):  # of an array
            return self._values(text.strip("{}"))
        if text.startswith("sizeof"):
            return ctypes.sizeof(self.structs[re.search(r"\((\w+)\)", text)[1]])
        if text == "NULL":
            return None
        if text.startswith('"'):
            return text.strip('"').encode()
        return self.constants[text] if text in self.constants else int(text, 0)
