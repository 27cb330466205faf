"""Words by which a line of a mail signature says what it is, in the languages that mail is mostly signed in."""

from __future__ import annotations

import re
from typing import Final

from contacts.folding import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())


#: What stands before a number, by the label that it means.
PHONE_LABELS: Final = {
    word: label
    for label, words in {
        "mobile": "m mob mobil mobile cell cellphone handy gsm movil celular cel portable kom komorka matkapuhelin",
        "work": "t tel phone ph p telephone telefon telefono telefone tlf o office d direct direkt durchwahl work w"
        " puh puhelin bureau oficina dir desk business",
        "work_fax": "f fax telefax",
        "home": "h home privat private prive hem",
        "main": "main switchboard zentrale vaxel reception central centralita standard hq",
        "pager": "pager",
    }.items()
    for word in words.split()
}
#: What stands before an email or the address of a page.
_PLAIN_LABELS = "e email mail epost correo courriel posta web website www site url homepage internet hemsida i"
_ADDRESS_LABELS = "address adress adresse anschrift besoksadress visiting direccion a"
LABELS: Final = frozenset(PHONE_LABELS) | _words(_PLAIN_LABELS)
ADDRESS_LABELS: Final = _words(_ADDRESS_LABELS)
#: Numbers beside these are no phones.
NO_PHONE: Final = re.compile(
    r"\b(?:reg|vat|tax|org|orgnr|ust|ustid|hrb|hra|iban|bic|siret|siren|nip|regon|krs|cvr|kvk|abn|ein|uid|id|gln|"
    r"account|konto|bankgiro|plusgiro|giro|license|licence|bar|p\.?\s?o\.? box|box|room|floor)\b",
    re.IGNORECASE,
)
#: How a letter ends: the line says nothing of the person.
_CLOSINGS = """
    best|best regards|best wishes|all the best|kind regards|kindest regards|warm regards|warmest regards
    with kind regards|with best regards|regards|many thanks|thanks|thank you|thanks and regards|cheers|sincerely
    yours sincerely|yours truly|yours faithfully|yours|br|rgds|vh|mvh|hälsningar|vänliga hälsningar
    med vänlig hälsning|med vänliga hälsningar|bästa hälsningar|hilsen|med venlig hilsen|vennlig hilsen
    med vennlig hilsen|mit freundlichen grüßen|mfg|viele grüße|beste grüße|freundliche grüße|liebe grüße
    herzliche grüße|cordialement|bien cordialement|bien à vous|salutations|meilleures salutations|saludos|un saludo
    saludos cordiales|atentamente|cordiali saluti|distinti saluti|saluti|atenciosamente|cumprimentos
    com os melhores cumprimentos|met vriendelijke groet|met vriendelijke groeten|groeten|pozdrawiam|z poważaniem
    z wyrazami szacunku|ystävällisin terveisin|terveisin|s pozdravem|üdvözlettel|sent from my iphone
"""
CLOSINGS: Final = frozenset(fold(each) for line in _CLOSINGS.strip().splitlines() for each in line.strip().split("|"))
#: Words of what somebody is.
JOBS: Final = _words("""
    ceo cto cfo coo cmo cio cpo cso ciso chro vp svp evp avp md president chairman chairwoman chair founder
    cofounder co-founder owner partner principal director manager head chief lead leader officer executive
    supervisor superintendent engineer developer programmer architect designer analyst scientist researcher
    consultant advisor adviser specialist expert coordinator administrator administrative assistant secretary
    associate representative agent accountant controller auditor bookkeeper buyer planner recruiter editor
    journalist writer author photographer producer professor lecturer teacher student doctor physician nurse surgeon
    dentist pharmacist therapist lawyer attorney solicitor barrister paralegal notary counsel judge broker banker
    trader salesman technician mechanic electrician operator intern trainee apprentice strategist evangelist scrum
    sales marketing support procurement purchasing logistics geschäftsführer geschäftsführerin leiter leiterin
    vertriebsleiter prokurist inhaber inhaberin berater beraterin entwickler entwicklerin ingenieur sachbearbeiter
    sachbearbeiterin referent referentin rechtsanwalt rechtsanwältin steuerberater vorstand vd projektledare säljare
    konsult utvecklare chef ekonomiassistent ordförande rektor lärare direktør daglig selger rådgiver konsulent
    directeur directrice gérant gérante responsable chargé chargée ingénieur avocat avocate conseiller consultante
    gerente director directora jefe jefa responsable abogado abogada ingeniero ingeniera socio socia fundador
    presidente direttore direttrice responsabile consulente avvocato ingegnere titolare diretor diretora coordenador
    engenheiro advogado dyrektor kierownik prezes specjalista właściciel konsultant toimitusjohtaja johtaja
    päällikkö asiantuntija ředitel jednatel obchodník eigenaar directeur adviseur medewerker
""")
#: Legal forms, which end the name of a firm.
LEGAL: Final = _words("""
    inc inc. llc llp lp ltd ltd. limited plc corp corp. corporation company co co. gmbh mbh ag kg kgaa ohg ug e.v.
    ev eg ab hb aktiebolag as a/s aps oy oyj ab/oy sa s.a. sas s.a.s. sarl s.à.r.l. eurl sl s.l. slu s.l.u. srl
    s.r.l. spa s.p.a. bv b.v. nv n.v. vof sp. z.o.o. zoo s.r.o. sro a.s. kft zrt doo d.o.o. lda ltda ltda. ou oü uab
    sia pty pte
""")
#: Words of what a firm or a house is.
HOUSES: Final = _words("""
    group gruppe gruppen holding holdings university universität universitet université universidad college school
    institute institut foundation stiftung stiftelsen ministry ministerium hospital clinic klinik bank studio
    studios partners associates consulting solutions technologies technology systems services software labs lab
    media agency agentur verlag press insurance logistics industries ventures capital museum library kommun
    municipality council
""")
