"""A crawler for one actor: every address that the site has, with everything there is, and the links it meets.

It reads alone (GET, and the one POST whose answer is a file), and is bounded.
"""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from urllib.parse import quote, urljoin, urlsplit
from uuid import UUID

from django.urls import Resolver404, get_resolver, resolve

#: Requests of one actor. Whoever needs more fails: a crawl that was cut proves nothing.
MOST = 600
#: Links of one view that are followed, beside the addresses that were tried anyway.
FOLLOWED = 1
#: Of each kind of thing, how many are tried with the pages below its own.
SPARING = 3
#: What stands for an argument that no id is: one that is right and one that is not, if its address takes both.
OTHERWISE = {"version": ["1"]}
#: Words that one actor searches for among contacts, and elsewhere.
SEARCHES, OTHER_SEARCHES = 10, 1
#: Pictures that are asked for: by the contact, and by the book and the document in which they were put.
PICTURES = [
    *((book, book, "as it is") for book in ("shared", "private", "foreign")),
    ("moved", "shared", "moved here"),
    ("moved", "private", "before it was moved away"),
]
#: Whose views answer fragments: ours.
OURS = ("contacts:", "imports:", "organization:", "books:", "settings:")

LINK = re.compile(r'\b(?:href|hx-get|src)="([^"]*)"')
SEARCH = re.compile(r'<input\b[^>]*\b(?:type="search"|name="q")[^>]*>')
ASKS = re.compile(r'\bhx-get="([^"]*)"')
NAME = re.compile(r'\bname="(\w+)"')
VARYING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # ids
    r"|\b[A-Za-z0-9]{64}\b|\b[A-Za-z0-9]{32}\b|nonce=\"[^\"]*\"|nonce-[\w+/=-]+"  # tokens and nonces
    r"|data-since=\"\d+\""  # the server's transactions, whoever made them
)
FRAGMENT = {"HX-Request": "true", "HX-Target": "detail"}
NOTHING = UUID(int=4 << 76 | 8 << 60)
NOBODY = "QXZZZZ"


def inventory(resolver=None, prefix="/"):
    """Return every address as a template, and the names of its arguments, read from the resolver."""
    resolver = resolver or get_resolver()
    found = {}
    for name in resolver.reverse_dict:
        for possibilities, *_ in resolver.reverse_dict.getlist(name):
            found |= {prefix + template: params for template, params in possibilities}
    for before, below in resolver.namespace_dict.values():
        found |= inventory(below, prefix + before)
    return found


def filled(template, params, ids):
    """Return addresses of a template, one for each thing there is: its arguments go through the ids side by side."""
    if not params:
        return [template]
    lists = []
    for param in params:
        before, _, after = template.partition(f"%({param})s")
        values = ids.get((before.strip("/").rpartition("/")[2], param)) or ids.get(
            param, OTHERWISE.get(param, ["1", "wrong"])
        )
        # The pages below a thing ask for their rights as its own does.
        lists.append(values[:SPARING] if after.strip("/") else values)
    return [
        template % {param: values[number % len(values)] for param, values in zip(params, lists, strict=True)}
        for number in range(max(map(len, lists)))
    ]


def view_of(path):
    """Return the name of the view at a path, empty for one that has none."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


class Crawl:
    """One actor's look at everything. `leaks` says what they met that the model keeps from them, and where."""

    def __init__(self, world, actor):
        self.world, self.actor, self.client = world, actor, world.clients[actor]
        self.leaks = []
        self.seen = {}  # marks, and the views that showed them
        self.opened = Counter()  # answers, by view and status
        self.requests = 0
        self._visited = set()
        self._followed = Counter()
        self._searches = {}
        self._queue = deque()
        self._nowhere = {}

    def run(self):
        """Try every address with everything that exists, then follow the links, then search."""
        ids = self.world.ids()
        for template, params in sorted(inventory().items()):
            for address in filled(template, params, ids):
                response = self.get(address)
                if response.status_code == 405:  # a form's; what it answers is in the table of the addresses
                    break
                if response.status_code == 404 and any(param.endswith("_id") for param in params):
                    self._compare_with_nothing(template, params, address, response)
        for name, book, what in PICTURES:
            stored = self.world.pictures[book, what].removeprefix("avatars/")
            self.get(f"/avatars/{self.world.contacts[name]}/{stored}")
        for person in self.world.people.values():
            self.get(f"/settings/picture/{person.pk}/{person.picture.removeprefix('people/')}")
        while self._queue:
            self.get(self._queue.popleft())
        self._search_everywhere()
        self._change_sides()

    def get(self, address, **headers):
        """Get an address, look at all that comes back, and remember where it leads."""
        parts = urlsplit(address)
        self._visited.add(f"{parts.path}?{parts.query}")
        response = self.client.get(address, headers=headers)
        view = view_of(parts.path)
        text = self._look(address, view, response, "a fragment" if headers else "a page")
        if not headers:
            self.opened[view, response.status_code] += 1
            # What a view answers, it answers in a fragment too: once for each way that it takes.
            first = self.opened[view, response.status_code] == 1
            if first and view.startswith(OURS) and "html" in response.headers.get("Content-Type", ""):
                self.get(address, **FRAGMENT)
            if response.status_code in (200, 403):
                self._remember(parts.path, text)
        if location := response.headers.get("Location"):
            self._enqueue(parts.path, location)
        return response

    def post(self, address, data):
        """Ask for something by POST and look at the answer."""
        response = self.client.post(address, data)
        self._look(address, view_of(urlsplit(address).path), response, "an answer to a form")
        return response

    def _look(self, address, view, response, kind):
        self.requests += 1
        assert self.requests < MOST, f"{self.actor}: more than {MOST} requests; the last was {address}"
        assert response.status_code < 500, f"{self.actor}: {response.status_code} at {address}"
        body = b"".join(response.streaming_content) if response.streaming else response.content
        text = body.decode(errors="replace")
        everything = [text, *(f"{name}: {value}" for name, value in response.headers.items())]
        everything += [cookie.OutputString() for cookie in response.cookies.values()]
        for word, mark in self.world.marks.within("\n".join(everything)).items():
            if word in address:  # whoever typed an address may read it again, as in where signing in leads back to
                continue
            self.seen.setdefault(word, set()).add(view)
            if not self.world.may_know(self.actor, mark):
                self.leaks.append(f"{self.actor} sees {mark} at {address} ({kind}, {response.status_code})")
        return text

    def _remember(self, path, text):
        for link in LINK.findall(text):
            self._enqueue(path, html.unescape(link))
        for field in SEARCH.findall(text):
            if (name := NAME.search(field)) is not None:
                there = urlsplit(html.unescape(asked[1])).path if (asked := ASKS.search(field)) else path
                self._searches.setdefault((view_of(there or path), name[1]), there or path)

    def _enqueue(self, path, link):
        parts = urlsplit(urljoin(f"http://testserver{path}", link))
        if parts.netloc != "testserver" or parts.scheme != "http" or parts.path.startswith("/static/"):
            return
        address = f"{parts.path}?{parts.query}" if parts.query else parts.path
        view = view_of(parts.path)
        if f"{parts.path}?{parts.query}" in self._visited or self._followed[view] >= FOLLOWED:
            return
        self._followed[view] += 1
        self._visited.add(f"{parts.path}?{parts.query}")
        self._queue.append(address)

    def _compare_with_nothing(self, template, params, address, response):
        """What one may not see answers exactly as what does not exist: the same page, word for word."""
        if template not in self._nowhere:
            nothing = {param: [NOTHING] for param in params if param.endswith("_id")}
            self._nowhere[template] = self._plain(self.get(filled(template, params, nothing)[0]))
        if self._plain(response) != self._nowhere[template]:
            self.leaks.append(f"{self.actor} gets another 404 at {address} than for what does not exist")

    @staticmethod
    def _plain(response):
        return f"{response.status_code} {VARYING.sub('', response.text)}"

    def _change_sides(self):
        """Try to look at each organization, as the switcher does it, and have its audit list as a file."""
        theirs = [home for home, person in self.world.rights.roles if person == self.actor]
        for home, organization in self.world.organizations.items():
            switched = self.post("/organization/switch/", {"organization": organization.pk})
            if switched.status_code == 302 and home in theirs and len(theirs) > 1:
                for address in ("/contacts/", "/changes/", "/trash/", "/organization/people/", "/organization/teams/"):
                    self.get(address)
            self.post("/organization/audit/export/", {"organization": organization.pk})

    def _search_everywhere(self):
        """Search for what one may not know: the answer is the one for what nobody has.

        Every actor takes other fields, in every search field that was met; most go to the search of contacts.
        """
        kinds = ("contact", "book", "person", "organization", "invitation")
        hidden = sorted(self.world.hidden(self.actor, *kinds).items())
        turn = sum(map(ord, self.actor))
        words = [words[(turn + number * 7) % len(words)] for number in range(3) for _, words in hidden]
        for number, ((view, name), path) in enumerate(sorted(self._searches.items())):
            nobody = self.get(f"{path}?{name}={NOBODY}")
            many = SEARCHES if view == "contacts:list" else OTHER_SEARCHES
            for word in words[number % len(words) :][:many]:
                self._search(path, name, word, nobody)

    def _search(self, path, name, word, nobody):
        asked = word.upper() if word.startswith("qx") else word
        found = self.get(f"{path}?{name}={quote(asked)}")
        same = self._without(found, asked) == self._without(nobody, NOBODY)
        if not same:
            self.leaks.append(f"{self.actor} finds {self.world.marks.known[word]} at {path}?{name}=")

    def _without(self, response, word):
        return self._plain(response).replace(word, "").replace(word.lower(), "")
