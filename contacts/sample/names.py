"""Common names of many languages, and parts of which companies are made. The first of each list is the commonest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A language's people: names, the region of their phones, how those are written, a country and some cities."""

    region: str
    country: str
    weight: int
    first: str
    last: str
    cities: str
    phones: tuple[str, ...]  # "#" is a digit


PLACES: tuple[Place, ...] = (
    Place(
        "US",
        "United States",
        22,
        "James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Ann Anna Grace Noah",
        "Smith Johnson Williams Brown Jones Garcia Miller Davis O'Connor O'Neil Wilson Anderson Taylor Moore Lee Clark",
        "Springfield Portland Austin Denver Madison",
        ("(212) 555-####", "+1 415 555 ####", "303-555-####"),
    ),
    Place(
        "GB",
        "United Kingdom",
        10,
        "Oliver Amelia George Isla Harry Ava Jack Mia Charlie Emily Thomas Poppy Oscar Ella",
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Wright Robinson Thompson Walker",
        "London Leeds Bristol York Cardiff",
        ("+44 20 7946 0###", "020 7946 0###", "+44(0)1632 960###"),
    ),
    Place(
        "DE",
        "Deutschland",
        10,
        "Hans Anna Peter Ursula Jürgen Günther Käthe Lukas Mia Jörg Björn Sabine Renate Uwe",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Groß Köhler Jäger Weiß",
        "Berlin München Köln Düsseldorf Görlitz",
        ("+49 30 23125 ###", "030/23125###", "0171 3920 ###", "+49 (0)89 90901-###"),
    ),
    Place(
        "FR",
        "France",
        8,
        "Jean Marie Pierre Françoise Michel Hélène André Chloé Éric Zoé Stéphane Léa",
        "Martin Bernard Dubois Thomas Robert Lefèvre Moreau Garçon Béranger Noël Lemaître",
        "Paris Lyon Orléans Besançon",
        ("01 99 00 ## ##", "+33 1 99 00 ## ##", "+33 (0)6 39 98 ## ##"),
    ),
    Place(
        "ES",
        "España",
        8,
        "Antonio María José Carmen Manuel Ana-María Jesús Lucía Íñigo Begoña",
        "García González Rodríguez Fernández López Martínez Muñoz Ibáñez Núñez Peña",
        "Madrid Málaga Cádiz Logroño",
        ("+34 910 000 ###", "910 00 0# ##"),
    ),
    Place(
        "BR",
        "Brasil",
        7,
        "João Maria José Ana Antônio Conceição Luís Inês Cauã Thaís",
        "Silva Santos Oliveira Souza Lima Araújo Conceição Gonçalves da_Cunha dos_Anjos",
        "São_Paulo Brasília Goiânia",
        ("+55 11 9####-####", "(11) 9####-####"),
    ),
    Place(
        "PL",
        "Polska",
        7,
        "Jan Anna Łukasz Małgorzata Paweł Żaneta Stanisław Grażyna Święcisław Zofia",
        "Nowak Kowalski Wiśniewski Wójcik Żółć Kamiński Lewandowski Zieliński Dąbrowski Źrebiec",
        "Warszawa Kraków Łódź Gdańsk",
        ("+48 577 41# ###", "577 41# ###"),
    ),
    Place(
        "SE",
        "Sverige",
        5,
        "Lars Anna Björn Åsa Göran Märta Örjan Elsa",
        "Andersson Johansson Karlsson Ångström Öberg Söderström Åkesson",
        "Stockholm Göteborg Malmö Luleå",
        ("+46 8 5250 ####", "08-5250####", "070-174 06 ##"),
    ),
    Place(
        "TR",
        "Türkiye",
        5,
        "Mehmet Ayşe Mustafa İlsu Çağla Gökhan Şule Ömer",
        "Yılmaz Kaya Demir Çelik Şahin Kısakürek Öztürk",
        "İstanbul İzmir Muğla",
        ("+90 212 555 ## ##", "0212 555 ## ##"),
    ),
    Place(
        "VN",
        "Việt Nam",
        4,
        "Anh Hương Đức Thủy Quân Phượng",
        "Nguyễn Trần Lê Phạm Đặng Vũ",
        "Hà_Nội Đà_Nẵng Huế",
        ("+84 24 3999 ####",),
    ),
    Place(
        "RU",
        "Россия",
        4,
        "Иван Анна Сергей Ольга Фёдор Наталья Юрий Щукарь",
        "Иванов Смирнов Кузнецов Попов Щербаков Ёлкин Соколов",
        "Москва Казань Псков",
        ("+7 495 555-##-##", "8 (495) 555-##-##"),
    ),
    Place(
        "UA",
        "Україна",
        3,
        "Олександр Оксана Андрій Ґанна Їжак Соломія",
        "Шевченко Ковальчук Бондаренко Ковалевський Ткач",
        "Київ Львів Одеса",
        ("+380 44 555 ####",),
    ),
    Place(
        "GR",
        "Ελλάδα",
        2,
        "Νίκος Μαρία Γιώργος Ελένη",
        "Παπάς Παπαδόπουλος Νικολάου",
        "Αθήνα Πάτρα",
        ("+30 210 555 ####",),
    ),
    Place(
        "JP",
        "日本",
        3,
        "美咲 陽菜 蓮 翔太 さくら",
        "佐藤 鈴木 高橋 田中 渡辺",
        "東京 大阪 京都",
        ("+81 3-5555-####", "03-5555-####"),
    ),
    Place("KR", "대한민국", 2, "철수 영희 민준 서연", "김 이 박 최 정", "서울 부산", ("+82 2-555-####",)),
    Place("EG", "مصر", 2, "محمد فاطمة أحمد عائشة", "علي حسن إبراهيم السيد", "القاهرة الجيزة", ("+20 2 2555 ####",)),
)

COMPANY_HEADS = [
    "Acme",
    "Northwind",
    "Contoso",
    "Globex",
    "Initech",
    "Umbrella",
    "Hooli",
    "Stark",
    "Wayne",
    "Aperture",
    "Soylent",
    "Tyrell",
    "Cyberdyne",
    "Vandelay",
    "Müller",
    "Żabka",
    "Ångström",
    "Citroën",
    "Peña",
    "Kovač",
    "Lindqvist",
    "O'Reilly",
    "Sato",
    "Nordic",
    "Baltic",
    "Alpine",
    "Delta",
    "Orion",
    "Vega",
    "Atlas",
]
COMPANY_TAILS = [
    "Ltd",
    "GmbH",
    "Inc",
    "SA",
    "AB",
    "Sp._z_o.o.",
    "&",
    "Sons",
    "Group",
    "Labs",
    "Partners",
    "Logistics",
    "Foods",
    "Media",
    "Energy",
    "Textil",
    "Holding",
]
TITLES = (
    "CEO", "CTO", "Sales manager", "Engineer", "Buyer", "Accountant", "Head of marketing", "Lawyer", "Designer",
    "Consultant",
)  # fmt: skip
DEPARTMENTS = ("Sales", "Engineering", "R&D", "Finance", "Legal", "Purchasing")
GROUPS = (
    "VIP contacts",
    "Newsletter subscribers",
    "Event attendees",
    "Friends",
    "Press",
    "Board",
    "Suppliers",
    "Alumni",
)
NOTE_PARTS = (
    "Met at the fair", "prefers calls before noon", "**VIP** – handle with care", "moved from Kraków", "speaks French",
    "ask about the renewal", "knows our founder", "sent a gift in December", "likes old maps", "allergic to nuts",
)  # fmt: skip
BOOK_NAMES = (
    "Clients",
    "Prospects",
    "Vendors",
    "Partners",
    "Press",
    "Events",
    "Recruiting",
    "Alumni",
    "Support",
    "Region",
)
