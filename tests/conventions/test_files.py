"""What may stand in a file of this project at all."""

import re
from html.parser import HTMLParser

import pytest

from tests.conventions.project import ROOT, files, python, text, where

LONGEST = 600
TEXTS = (".py", ".html", ".css", ".js", ".md", ".toml", ".txt", ".in", ".yml", ".yaml", ".json", "Makefile", "run")
BUCKETS = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
# Put together, so that this file holds none of them itself.
UNFINISHED = re.compile("|".join([r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bX" + r"XX\b", r"\bHA" + r"CK\b"]))
MACHINE = re.compile(
    "|".join(["/wo" + "rk/", r"/ho" + r"me/\w", "/Us" + r"ers/\w", r"/ro" + r"ot/[\w.]", r"\.\./sha" + "red"])
)
INDEXES = re.compile(
    "|".join(["py" + r"pi\.org", "python" + "hosted", "registry" + r"\.npm", "--(?:extra-)?index" + "-url"])
)
NEEDS_REASON = re.compile(r"\bmark_safe\(|@csrf_exempt|\bcsrf_exempt\(|\bSafeString\(|\bRawSQL\(|\.extra\(|\.raw\(")
UNESCAPED = re.compile(r"\|\s*safe(?:seq)?\b|\{%\s*autoescape\s+off")
TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
COMMENT = re.compile(r"\{%\s*comment.*?endcomment\s*%\}", re.DOTALL)
VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def test_no_file_is_longer_than_a_person_reads_at_once():
    long = {
        where(path): len(text(path).splitlines())
        for path in files(".py", ".html", ".css", ".js")
        if "migrations" not in path.parts  # written by makemigrations, read by nobody
    }
    long = {name: lines for name, lines in long.items() if lines > LONGEST}
    assert not long, f"Split by noun: {long}"


def test_no_file_is_named_for_being_left_over():
    wrong = [
        where(path) for path in files() if path.stem in BUCKETS or BUCKETS & set(path.relative_to(ROOT).parts[:-1])
    ]
    assert not wrong, f"Name these for what they do: {wrong}"


@pytest.mark.parametrize(
    ("pattern", "why"),
    [(UNFINISHED, "is unfinished"), (MACHINE, "names a path of one machine"), (INDEXES, "names a package index")],
    ids=["unfinished", "machine", "index"],
)
def test_no_file_holds(pattern, why):
    wrong = [
        f"{where(path)}:{number} {why}"
        for path in files(*TEXTS)
        if "data" not in path.relative_to(ROOT).parts
        for number, line in enumerate(text(path).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not wrong, "\n".join(wrong)


def test_requirements_name_no_address():
    pinned = list((ROOT / "requirements").glob("*.txt"))
    assert pinned
    wrong = [
        f"{where(path)}:{number}"
        for path in pinned
        for number, line in enumerate(text(path).splitlines(), start=1)
        if "://" in line or re.match(r"\s*(-i|-f|--find-links|--trusted-host)\b", line)
    ]
    assert not wrong, wrong
    unhashed = [
        f"{where(path)}: {line}"
        for path in pinned
        for line in re.findall(r"^\w.*==.*$", text(path), re.MULTILINE)
        if "\\" not in line
    ]
    assert not unhashed, unhashed


def test_whatever_skips_a_protection_says_why_on_its_line():
    wrong = [
        f"{where(path)}:{number} {line.strip()}"
        for path in python()
        for number, line in enumerate(text(path).splitlines(), start=1)
        if NEEDS_REASON.search(line.partition("#")[0]) and len(line.partition("#")[2].strip()) < 10
    ]
    wrong += [
        f"{where(path)}:{number} {line.strip()}"
        for path in files(".html")
        for number, line in enumerate(text(path).splitlines(), start=1)
        if UNESCAPED.search(line) and "{#" not in line
    ]
    assert not wrong, "\n".join(wrong)


class Markup(HTMLParser):
    """Collects what the Content-Security-Policy would refuse, or htmx would evaluate."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag, attrs):
        """Look at one element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "style":
            self.wrong.append("<style>")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.wrong.append("<script> without src")
        for name, value in given.items():
            short = name.removeprefix("data-")
            if name == "style" or name.startswith("on") or short.startswith("hx-on"):
                self.wrong.append(f"{name}=")
            if re.match(r"\s*(?:javascript|js):", value, re.IGNORECASE):
                self.wrong.append(f"{name}={value}")
            if short == "hx-trigger" and "[" in value:
                self.wrong.append(f"{name}={value}")

    handle_startendtag = handle_starttag


def refused(markup):
    """Return what a template's markup may not hold."""
    parser = Markup()
    parser.feed(VALUE.sub("x", TAG.sub(" ", COMMENT.sub("", markup))))
    return parser.wrong


def test_templates_hold_no_inline_script_style_or_handler():
    pages = files(".html")
    assert pages
    wrong = [f"{where(path)}: {found}" for path in pages for found in refused(text(path))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "markup",
    [
        "<p style='color: red'>",
        "<style>p {}</style>",
        "<script>1</script>",
        "<script type='module'>1</script>",
        "<a onclick=x>",
        "<a hx-on:click='x'>",
        "<a data-hx-on::after-swap='x'>",
        "<a href=' javascript:x'>",
        "<a hx-vals='js:{a: 1}'>",
        "<input hx-trigger='keyup[ctrlKey]'>",
    ],
)
def test_the_rule_sees_what_it_is_for(markup):
    assert refused(f"{{% if a %}}{markup}{{% endif %}}")


def test_scripts_evaluate_nothing():
    pattern = re.compile(r"\beval\(|new Function\(|set(?:Timeout|Interval)\(\s*['\"`]|document\.write\(")
    wrong = [
        f"{where(path)}:{number}"
        for path in files(".js")
        for number, line in enumerate(text(path).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not wrong, wrong


def test_no_style_is_about_whatever_follows():
    """For `a + *` a browser styles all that follows anew, whatever comes or goes anywhere on the page."""
    pattern = re.compile(r"[+~]\s*\*")
    wrong = [
        where(path) for path in files(".css") if pattern.search(re.sub(r"/\*.*?\*/", "", text(path), flags=re.DOTALL))
    ]
    assert not wrong, wrong
