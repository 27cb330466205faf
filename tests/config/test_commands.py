"""Commands answer with a result or a sentence."""

import io
import json

import pytest
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import connection

from config.commands import KithCommand


class Greet(KithCommand):
    def add_arguments(self, parser):
        parser.add_argument("name")

    def handle(self, *args, **options):
        match options["name"]:
            case "nobody":
                raise CommandError("There is nobody of that name. Give another.")
            case "odd":
                raise ValidationError("That name is odd. Give another.")
            case "table":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT * FROM no_such_table")
            case "fault":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT no_such_function()")
        self.answer({"greeted": options["name"]}, f"Hello {options['name']}")


def run(*arguments):
    """Run it as from the command line; return status, stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    try:
        Greet(stdout=out, stderr=err, no_color=True).run_from_argv(["manage.py", "greet", *arguments])
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_result_is_for_people_or_for_machines():
    assert run("Zoë") == (0, "Hello Zoë\n", "")
    status, out, err = run("Zoë", "--json")
    assert (status, json.loads(out), err) == (0, {"greeted": "Zoë"}, "")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nobody", "There is nobody of that name. Give another.\n"),
        ("odd", "That name is odd. Give another.\n"),
    ],
)
def test_a_refusal_is_a_sentence_and_status_1(name, sentence):
    assert run(name) == (1, "", sentence)
    assert run(name, "--json") == (1, "", sentence)


@pytest.mark.django_db
def test_a_database_without_tables_is_a_sentence():
    status, out, err = run("table")
    assert (status, out) == (1, "")
    assert err == "The database is empty or older than this Kith. Run `.venv/bin/python manage.py migrate` first.\n"


@pytest.mark.django_db
def test_a_fault_of_ours_stays_one():
    with pytest.raises(Exception, match="no_such_function"):
        run("fault")


def test_a_wrong_argument_is_status_1_too(capsys):
    status, out, _ = run()
    assert (status, out) == (1, "")
    printed = capsys.readouterr()
    assert "The following arguments are required: name.\n" in printed.err
    assert "usage:" in printed.err
    assert printed.out == ""
