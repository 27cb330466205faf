// <live-updates data-stream data-since>: what others change appears in list, counts and open card; a form says who
// changed what. The stream brings ids and versions alone; the pieces that show them are fetched.
import { say } from "kith/announce";
import { morph } from "kith/morph";

const host = document.querySelector("live-updates");
const busy = new Set(); // contacts that somebody edits
let since = host?.dataset.since;
let over = false;
let failed = 0;
let next = 0;
let quiet = 0;
let source, form, stale, timer, away, retry, voice, said;

const byId = (id) => document.getElementById(id);
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

const heard = {
  beat() {},
  change({ contacts }) {
    const { contact, version } = opened()?.dataset ?? {};
    stale ||= !contacts || contacts[contact] > version;
    // Many pages hear of it: each waits a little, and longer after what took long.
    timer ??= setTimeout(refresh, Math.max(100 + Math.random() * 300, next - Date.now()));
  },
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
  fetch(byId("results").dataset.live).then(
    ({ redirected, url }) => redirected && new URL(url).pathname === host.dataset.signIn,
    () => false,
  );

async function piece(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  const holder = document.createElement("template");
  if (answer.ok && !answer.redirected) holder.innerHTML = await answer.text();
  return { gone: answer.status === 404, content: holder.content };
}

function put(old, fresh) {
  if (!old || !fresh) return;
  const focused = document.activeElement;
  morph(old, fresh);
  window.htmx.process(old);
  if (focused.isConnected) focused.focus({ preventScroll: true }); // what was moved has lost it
}

const place = (content) => [...content.children].forEach((fresh) => put(byId(fresh.id), fresh));

async function refresh() {
  const began = Date.now();
  const all = stale;
  timer = stale = null;
  await Promise.all([list(), all && card(), acts()]).catch(() => (stale = all));
  next = Date.now() + Math.min(1000, 3 * (Date.now() - began));
}

async function list() {
  const address = () => `${byId("results").dataset.live}&shown=${document.querySelectorAll("#results .row").length}`;
  const asked = address();
  const { content } = await piece(asked);
  if (address() === asked) place(content);
  else heard.change({ contacts: {} }); // searched or scrolled on meanwhile
}

async function card() {
  if (!opened() || !(await news()) || edited()) return;
  const fresh = (await piece(location.href)).content.querySelector("[data-contact]");
  if (fresh?.dataset.contact === opened()?.dataset.contact) put(opened(), fresh);
}

// The acts of a history or of all changes: they keep their ids, so that focus and place stay with what is read.
async function acts() {
  const asked = location.href;
  const old = byId("acts");
  if (!old) return;
  const { content } = await piece(asked);
  if (location.href === asked) put(byId("acts"), content.querySelector("#acts"));
}

// What changed since the version that is shown, and who is editing. False when the contact is gone.
async function news() {
  const { contact, version } = opened().dataset;
  const { gone, content } = await piece(`/contacts/${contact}/live/?since=${version}`);
  if (opened()?.dataset.contact !== contact) return false;
  if (gone) (byId("live-news") ?? opened()).replaceChildren(host.querySelector("template").content.cloneNode(true));
  const text = [...content.querySelectorAll("[data-say]")].map((node) => node.dataset.say).join(". ");
  if (text && text !== said) {
    clearTimeout(voice);
    voice = setTimeout(() => {
      quiet = Date.now() + 5000; // one sentence in so long, the latest
      say(text);
    }, quiet - Date.now());
  }
  said = text;
  place(content);
  return !gone;
}

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
