// What pages load at first: small elements that connect themselves, wherever a swap puts them. The rest comes with its
// first use (first_use.js) or its first element (htmx_events.js).
import "kith/htmx_events";
import "kith/keys";
import "kith/live";
import "kith/first_use";
import "kith/contact_list";
