"""The contact form: what was typed, as rows that can be shown again, and what document that makes."""
