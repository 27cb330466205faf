"""Domains of emails that the whole world uses, and which of them another one may be meant for: "gmial.com". Pure."""

from __future__ import annotations

from typing import Final

from rapidfuzz.distance import OSA

_KNOWN: Final = """
    gmail.com googlemail.com outlook.com hotmail.com yahoo.com icloud.com live.com msn.com aol.com me.com mac.com
    protonmail.com proton.me pm.me gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de posteo.de
    mailbox.org fastmail.com fastmail.fm zoho.com yandex.com yandex.ru ya.ru mail.ru bk.ru list.ru inbox.ru
    rambler.ru mail.com email.com ymail.com rocketmail.com hey.com tutanota.com tuta.com comcast.net verizon.net
    att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net hotmail.co.uk hotmail.fr hotmail.de
    hotmail.it hotmail.es hotmail.se hotmail.no hotmail.dk hotmail.nl hotmail.be hotmail.ca outlook.de outlook.fr
    outlook.es outlook.it outlook.se outlook.dk outlook.pt outlook.be outlook.co outlook.com.br live.co.uk live.se
    live.fr live.nl live.no live.dk live.it live.de live.ca live.com.au yahoo.co.uk yahoo.fr yahoo.de yahoo.es
    yahoo.it yahoo.ca yahoo.se yahoo.co.in yahoo.co.jp yahoo.com.br yahoo.com.au yahoo.com.mx yahoo.in
    btinternet.com sky.com talktalk.net virginmedia.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr
    libero.it virgilio.it tiscali.it alice.it tin.it telia.com comhem.se bredband.net spray.se bahnhof.se wp.pl
    o2.pl onet.pl interia.pl op.pl gazeta.pl seznam.cz email.cz centrum.cz azet.sk ziggo.nl kpnmail.nl planet.nl
    xs4all.nl hetnet.nl home.nl telenet.be skynet.be bluewin.ch sunrise.ch aon.at chello.at telefonica.net
    terra.com.br uol.com.br bol.com.br ig.com.br sapo.pt qq.com 163.com 126.com sina.com naver.com daum.net
    hanmail.net rediffmail.com docomo.ne.jp ezweb.ne.jp
"""
#: Domains at which anybody may have a mailbox, the most usual first.
_IN_ORDER: Final = tuple(_KNOWN.split())
KNOWN_DOMAINS: Final = frozenset(_IN_ORDER)
#: Shorter domains are too near to too many others.
SHORTEST: Final = 9
_TWO_ERRORS: Final = 11


def well_known_for(domain: str) -> str:
    """Return the domain of all the world's that may have been meant, empty when it is one or is near to none."""
    domain = domain.strip().casefold()
    if domain in KNOWN_DOMAINS:
        return ""
    best = ""
    least = 3
    for known in _IN_ORDER:
        if len(known) < SHORTEST:
            continue
        distance = OSA.distance(domain, known, score_cutoff=2)
        if distance < least and (distance == 1 or len(known) >= _TWO_ERRORS):
            best, least = known, distance
    return best
