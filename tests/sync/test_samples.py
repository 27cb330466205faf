"""Every sample through the whole import, with the counts that a person counts by hand."""

import pytest

from tests.sync.conftest import DATA, counts, imports, people, reasons


@pytest.mark.parametrize("name", [p.name for p in sorted(DATA.glob("*.csv"))])
def test_show(committed, name):
    imported = imports(committed.ann, committed.book, DATA / name)
    print(name, imported.state, imported.sentence, imported.rows_total, counts(imported), len(people(committed.book)))
    print(imported.layout["name"], imported.layout["reason"])
    for kind in ("failed", "skipped", "unchanged", "remark"):
        for r in reasons(imported, kind): print("   ", kind, r)
