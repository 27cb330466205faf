// Everything that pages load: small elements that connect themselves, wherever a swap puts them.
import "kith/htmx_events";
import "kith/keys";
import "kith/toast_shelf";
import "kith/live";
import "kith/first_use";
import "kith/search_field";
import "kith/contact_list";
import "kith/open_list";
import "kith/selection";
