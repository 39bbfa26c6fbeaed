"""Results of runs in one file, which outlives the folder of the runs: what is there is not run again."""

import datetime
import json

# Of a run's result.json what the tables need.
FIELDS = ("protocol", "dense", "before_cut", "after_cut", "trained", "emptied_by_training", "macs", "kept_macs", "rate", "models")


class Kept:
    def __init__(self, file):
        self.file = file
        self.rows = json.loads(file.read_text(encoding="utf-8")) if file and file.exists() else {}

    def find(self, cell):
        return self.rows.get(cell.folder)

    def add(self, cell, result, settings):
        """Written whole or not at all."""
        if not self.file or cell.folder in self.rows:
            return
        row = {"date": datetime.date.today().isoformat(), **settings}
        row.update((name, result[name]) for name in FIELDS if name in result)
        self.rows[cell.folder] = row
        part = self.file.with_suffix(".part")
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(self.rows[name])}" for name in sorted(self.rows))
        part.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
        part.rename(self.file)
