"""Results of runs in one file, which outlives the folder of the runs: what is there is not run again."""

import datetime
import json

# Of a run's result.json what the tables need.
FIELDS = ("protocol", "dense", "before_cut", "after_cut", "trained", "emptied_by_training", "macs", "kept_macs", "rate", "models")


class Kept:
    def __init__(self, file):
        self.file = file
        self.rows = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def find(self, cell):
        return self.rows.get(cell.folder)

    def put(self, cell, result, settings):
        """What of a run's result.json the tables need, and how it was made."""
        row = {"date": datetime.date.today().isoformat(), **settings}
        row.update((name, result[name]) for name in FIELDS if name in result)
        self.rows[cell.folder] = row
        self._write()

    def add(self, cell, facts):
        """To what is known of a run."""
        self.rows[cell.folder].update(facts)
        self._write()

    def _write(self):
        """Whole or not at all."""
        part = self.file.with_suffix(".part")
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(self.rows[name])}" for name in sorted(self.rows))
        part.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
        part.rename(self.file)
