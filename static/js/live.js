// <live-updates data-stream data-since>: what others change appears in list, counts and open card; a form says who
// changed what. The stream brings ids and versions alone; live_pieces.js, fetched with the first of them, shows them.

const host = document.querySelector("live-updates");
const busy = new Set(); // contacts that somebody edits
let since = host?.dataset.since;
let over = false;
let failed = 0;
let source, form, away, retry;

const opened = () => document.querySelector("#detail [data-contact]");
const edited = () => document.querySelector("#detail contact-form[data-contact]")?.dataset.contact ?? "";

function note(text) {
  host.hidden = !text;
  host.querySelector("span").textContent = text;
  const link = host.querySelector("a");
  link.hidden = !over;
  link.href = location.href; // which asks to sign in, and leads back
}

function close() {
  source?.close();
  source = null;
  clearTimeout(retry);
}

function open() {
  close();
  if (over) return;
  form = edited();
  source = new EventSource(`${host.dataset.stream}&since=${since}&editing=${form}`);
  source.onopen = () => {
    failed = 0;
    note("");
  };
  // The way back is ours: a browser's own would come every two seconds, for ever.
  source.onerror = async () => {
    const refused = source.readyState === EventSource.CLOSED; // by an answer, not by a broken line
    close();
    if (refused && (await signedOut())) return heard.over();
    if (++failed > 3) note(host.dataset.away);
    retry = setTimeout(open, Math.min(60_000, 500 * 2 ** failed) * (0.5 + Math.random()));
  };
  for (const name in heard)
    source.addEventListener(name, ({ data, lastEventId }) => {
      since = lastEventId || since;
      heard[name](JSON.parse(data));
    });
}

const pieces = () => import("kith/live_pieces");
const news = () => pieces().then((there) => there.news());

const heard = {
  beat() {},
  change: ({ contacts }) => pieces().then(({ change }) => change(contacts)),
  again: () => heard.change({}),
  editing({ contact, on }) {
    busy[on ? "add" : "delete"](contact);
    if (opened()?.dataset.contact === contact) news();
  },
  over() {
    over = true;
    close();
    note(host.dataset.over);
  },
};

// A password changed elsewhere ends sessions without a word: any page then leads to signing in.
const signedOut = () =>
  fetch(document.getElementById("results").dataset.live).then(
    ({ redirected, url }) => redirected && new URL(url).pathname === host.dataset.signIn,
    () => false,
  );

if (host) {
  addEventListener("pageshow", open);
  addEventListener("online", open);
  addEventListener("pagehide", close);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(away);
    // A hidden page lets go of its stream after a while, for one origin may hold six.
    if (document.hidden) away = setTimeout(() => edited() || close(), 30_000);
    else if (!source) open();
  });
  document.addEventListener("kith:changed", heard.again);
  document.addEventListener("kith:moved", () => {
    if (source && edited() !== form) open();
    if (busy.has(opened()?.dataset.contact)) news();
  });
}
