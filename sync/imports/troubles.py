"""What can be wrong with a file, as the help page tells it: what one reads, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Trouble:
    """One refusal or remark: what the page says in short, what it means, what to do."""

    title: str
    meaning: str
    cure: str


def troubles() -> list[Trouble]:
    """Return every refusal of a whole file and of a row, commonest first."""
    return [
        Trouble(
            _("None of the column titles is known"),
            _("The first row must say what each column holds. Here it holds something else, or titles we cannot read."),
            _("Add a first row such as First Name, Last Name, Email, or copy your rows into one of the templates."),
        ),
        Trouble(
            _("The first row has no column titles"),
            _("The file begins with a contact at once: its first row holds an email address or a number."),
            _("Insert a row with titles above it."),
        ),
        Trouble(
            _("This is an Excel workbook"),
            _("A workbook (.xlsx or .xls) is not a CSV file, whatever its name says."),
            _("Open it and save it as “CSV UTF-8 (comma delimited)”, then import that file."),
        ),
        Trouble(
            _("A ZIP archive, PDF, picture, web page or other file"),
            _("Only CSV and vCard files are read here. A web page often is a sign-in page saved in place of the file."),
            _("Export your contacts again, as Google CSV, Outlook CSV or vCard, and choose that file."),
        ),
        Trouble(
            _("The file is empty, or has titles and no rows"),
            _("There is nothing in it to import."),
            _("Export your contacts again and look at the file in a text editor or a spreadsheet before importing it."),
        ),
        Trouble(
            _("The file is too large"),
            _("There is a limit on the size of one file; the page of the upload names it."),
            _("Split the file into several, each with the row of titles, and import them one after the other."),
        ),
        Trouble(
            _("Names look wrong in the preview (MÃ¼ller, £ukasz)"),
            _("The file says nothing about its character encoding, and it was taken for another one."),
            _("Export it again as UTF-8: in Excel “CSV UTF-8”, in Google and Outlook on the web it is always so."),
        ),
        Trouble(
            _("A quote that begins a cell is not closed"),
            _("A cell begins with a quotation mark that has no partner. Only that row fails; the others come in."),
            _("Download the failed rows, close the quote or write it twice inside the cell, and import that file."),
        ),
        Trouble(
            _("A row has too many cells, or a cell is too large"),
            _("A broken line makes one row of many, or a cell holds more than the largest contact (1 MB)."),
            _("Download the failed rows, shorten or split the row, and import that file."),
        ),
        Trouble(
            _("NUL bytes, or bytes that do not fit the encoding, were removed or mended"),
            _("The file was damaged on its way or written by two programs. The row came in, with a remark."),
            _("Compare the contact with where it came from, and correct it here."),
        ),
        Trouble(
            _("A text is too long for its field"),
            _("Fields have limits: 255 characters for names, 100,000 for notes. What fits nowhere fails the row."),
            _("Download the failed rows, shorten the text, and import that file."),
        ),
        Trouble(
            _("A date or email was kept as a custom value or as it stands"),
            _("It could not be read as a date or an email address. Nothing is lost: it is in the contact."),
            _("Open the contact and correct it, or mend it in the file and import again with Fill in what is missing."),
        ),
        Trouble(
            _("Several contacts could be this person"),
            _("Two or more contacts of the book have the email of the row. Kith never guesses: it made a new one."),
            _("Compare them and keep the one you want."),
        ),
        Trouble(
            _("6/10 became 10 June, or the other way round"),
            _("Dates with slashes are read month first, unless the file is from an Outlook that writes the day first."),
            _("Tick “The day comes first in dates” above the preview and press Update preview."),
        ),
    ]
