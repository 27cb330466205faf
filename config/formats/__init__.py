"""How dates are written where no template says it: on the admins' site, as on every other page."""
