"""How much of everything a contact may hold: one table for forms, imports, API and sync. Characters, unless said."""

NAME = 255
LABEL = 64
VALUE = 1_000
EMAIL = 320
PHONE = 64
URL = 2_048
NOTES = 100_000
ADDRESS_PART = 500
INFOS_OF_A_KIND = 100
INFOS = 400
MEMBERSHIPS = 200
