## Rhifau ac amser
hours = { $n ->
   *[other] { $shown } awr
}
minutes = { $n ->
    [two] { $shown } funud
   *[other] { $shown } munud
}
days = { $n ->
    [two] { $shown } ddiwrnod
   *[other] { $shown } diwrnod
}
people = { $n ->
    [one] { $shown } person
   *[other] { $shown } o bobl
}
people-found = { $n ->
    [0] Neb
    [one] { $shown } person
   *[other] { $shown } o bobl
}
organisations = { $n ->
   *[other] { $shown } sefydliad
}
hours-and-minutes = { $hours } { $minutes }
and = { $one } a { $other }
less-than-a-minute = llai na munud
date = { $day } { $month } { $year }
today = heddiw
yesterday = ddoe
since = Ers { $day }.
month-1 = Ionawr
month-2 = Chwefror
month-3 = Mawrth
month-4 = Ebrill
month-5 = Mai
month-6 = Mehefin
month-7 = Gorffennaf
month-8 = Awst
month-9 = Medi
month-10 = Hydref
month-11 = Tachwedd
month-12 = Rhagfyr
weekday-1 = dydd Llun
weekday-2 = dydd Mawrth
weekday-3 = dydd Mercher
weekday-4 = dydd Iau
weekday-5 = dydd Gwener
weekday-6 = dydd Sadwrn
weekday-7 = dydd Sul

## Mathau o help
category-befriending = Cwmni
category-garden = Gardd ac anifeiliaid
category-repairs = Trwsio
category-shopping = Siopa
category-transport = Lifft
category-food = Bwyd
category-learning = Dysgu
category-technology = Ffonau a chyfrifiaduron
category-advice = Ffurflenni a chyngor
category-care = Gofal
category-making = Gwneud pethau
category-places = Ystafelloedd a digwyddiadau
category-other = Help arall

## Pob tudalen
skip = Mynd i'r brif ran
menu = Prif ddewislen
menu-today = Heddiw
menu-home = Hafan
menu-find = Chwilio
menu-ask = Gofyn
menu-offer = Cynnig
menu-me = Fi
menu-members = Aelodau
menu-slips = Slipiau
menu-partners = Partneriaid
menu-paper = Papur
on-this-page = Ar y dudalen hon
pages = Tudalennau
page-before = Y dudalen flaenorol
next-page = Y dudalen nesaf
foot-hand = Angen help llaw?
foot-ask = Gofynnwch i gydlynydd.
backup-overdue = Ni wnaed copi wrth gefn ers wythnos. Gall cydlynydd wneud un.
foot-saved = Mae popeth wedi'i gadw.
foot-connected = { $n ->
    [0] Dim cyswllt â chymuned arall ar hyn o bryd.
    [one] Mewn cyswllt ag 1 gymuned.
   *[other] Mewn cyswllt â { $shown } o gymunedau.
}
foot-scripts = Mae'r dudalen hon yn gweithio heb sgriptiau.
acting = Ar ran { $member }, nodwyd gan { $coordinator }.
go-on = Ymlaen
go-first-page = Mynd i'r dudalen gyntaf
try-again = Rhoi cynnig arall arni
change = Newid rhywbeth
save = Cadw
yes = Ie
no = Na
not-given = Heb ei roi
what-next = Beth sy'n digwydd nesaf
check = Ydy hyn yn iawn?
check-public = Gall pawb ddarllen hwn. Peidiwch â rhoi cyfeiriad na rhif ffôn.
check-inside = Gall aelodau yma a chyda'n partneriaid ddarllen hwn. Peidiwch â rhoi cyfeiriad na rhif ffôn.
somebody = Rhywun
somebody-of = Rhywun yn { $partner }
the-pot = pot y gymuned
a-group = grŵp
from-afar = O bell
print-hint = I argraffu'r dudalen hon, defnyddiwch fotwm argraffu eich porwr.
hours-label = Pa mor hir
behalf = Ar eu rhan
channel = Sut y dywedon nhw wrthych chi?
channel-in-person = Wyneb yn wyneb
channel-phone = Ar y ffôn
channel-paper = Ar bapur

## Golwg
look = Iaith a maint y testun
look-short = Aa, iaith
look-language = Iaith
look-text = Maint y testun
look-usual = Arferol
look-large = Mawr
look-button = Cadw

## Pethau i'w cywiro
error-summary = Cywirwch hyn yn gyntaf
error-title = Gwall:
error-missing = Mae hwn yn wag. Ysgrifennwch neu dewiswch rywbeth.
error-too-long = Mae hwn yn rhy hir. Defnyddiwch { $most } llythyren neu lai.
error-strange = Ni ellir dangos rhai llythrennau. Teipiwch eto.
error-length = Ysgrifennwch pa mor hir, fel 1:30 neu 45 min.
error-day = Ysgrifennwch y diwrnod eto, fel 2026-05-31.
error-future = Dewiswch heddiw neu ddiwrnod cynt.
error-number = Ysgrifennwch rif cyfan o { $least } i { $most }.
error-phone = Ysgrifennwch y rhif ffôn cyfan, neu gadewch ef yn wag.
error-email = Ysgrifennwch y cyfeiriad e-bost cyfan, neu gadewch ef yn wag.

## Pan aiff rhywbeth o'i le
oops-refused = Ni ellir gwneud hyn nawr
oops-busy = Nid yw'r dudalen hon yn barod
oops-busy-words = Mae llawer yn digwydd. Does dim ar goll. Rhowch gynnig arall arni cyn hir.
oops-disk = Mae rhywbeth o'i le ar ein cyfrifiadur
oops-disk-words = Does dim a gadwyd ar goll. Dywedwch wrth gydlynydd.
oops-retired = Trosglwyddwyd y copi hwn
oops-retired-words = Mae'r gymuned ar gyfrifiadur arall nawr. Does dim yn cael ei ysgrifennu yma mwyach. Gofynnwch i gydlynydd am y cyfeiriad newydd.
oops-missing = Ni allwn ddod o hyd i'r dudalen hon
oops-missing-words = Efallai bod y cyfeiriad yn anghywir, neu fod y dudalen wedi symud.
oops-not-yours = Nid i chi mae'r dudalen hon
oops-not-yours-words = Dim ond rhai pobl sy'n ei gweld. Gall cydlynydd helpu.
oops-stale = Agorwch y dudalen hon eto
oops-stale-words = Bu ar agor yn rhy hir. Ni newidiwyd dim.
oops-elsewhere = Daeth hyn o safle arall
oops-elsewhere-words = I'ch cadw'n ddiogel, ni wnaethom ddim.
oops-too-large = Mae hyn yn ormod ar unwaith
oops-too-large-words = Ysgrifennwch lai, a'i anfon eto.
oops-unreadable = Ni allem ddarllen hwn
oops-unreadable-words = Ewch yn ôl, a'i anfon eto.
stopped-host = Nid dyma ein cyfeiriad
stopped-host-ask = Gofynnwch i gydlynydd am y cyfeiriad cywir.
stopped-host-mend = Eich cyfrifiadur chi yw hwn? Ysgrifennwch { $name } o dan allowed_hosts yn kith.toml. Yna dechreuwch Kith eto.
stopped-slow = Mae hyn yn cymryd gormod o amser
stopped-slow-words = Efallai y caiff ei wneud beth bynnag. Edrychwch yn gyntaf, cyn ei anfon eto.
refused-bad-invitation = Nid yw hwn yn wahoddiad cyfan. Copïwch y cyfan, o KITH1 i'r diwedd.
refused-exchange-exists = Mae hwn wedi'i gofnodi eisoes.
refused-exchange-too-long = Mae'n hirach nag y caiff un cyfnewid fod. Rhannwch ef yn ddau.
refused-invitation-expired = Mae'r gwahoddiad hwn yn rhy hen. Gofynnwch am un newydd.
refused-last-coordinator = Rhaid i rywun fod yn gydlynydd. Rhowch y rôl i rywun arall yn gyntaf.
refused-member-ceiling = Mae hynny'n fwy o oriau nag a ganiateir. Rhowch rai i bot y gymuned.
refused-member-floor = Mae hynny'n is nag a ganiateir. Gall cydlynydd helpu.
refused-member-left = Mae'r aelod hwn wedi gadael. Gall cydlynydd eu hychwanegu eto.
refused-not-a-party = Nid oedd gennych ran yn y cyfnewid hwn.
refused-not-coordinator = Dim ond cydlynwyr all wneud hyn.
refused-not-correctable = Ni ellir newid hyn yma. Gall cydlynydd helpu.
refused-not-waiting = Nid yw hwn yn aros am neb bellach.
refused-nothing-changes = Mae felly eisoes. Nid oedd angen newid dim.
refused-other = Nid yw ein rheolau'n caniatáu hyn. Gall cydlynydd helpu.
refused-frozen = Nid ydym yn cyfnewid oriau â nhw am y tro. Mae cydlynydd yn gwybod mwy.
refused-not-reversible = Ni ellir rhoi'r oriau hyn yn ôl. Gall cydlynydd helpu.
refused-recovering = Rydym yn aros am gymuned bartner. Gofynnwch i gydlynydd.
refused-unknown-dispute = Mae'r sgwrs hon ar ben eisoes.
refused-later-copy = Mae copi mwy newydd o'n llyfr yn rhedeg. Gofynnwch i gydlynydd.
refused-partner-is-self = Ein gwahoddiad ni yw hwn. Anfonwch ef at gymuned arall.
refused-partnership-exchange-too-long = Mae'n hirach nag y cytunodd y ddwy gymuned. Rhannwch ef yn ddau.
refused-partnership-exists = Rydym yn bartneriaid â nhw eisoes.
refused-partnership-limit = Does dim oriau ar ôl gyda'r gymuned hon am nawr. Gall cydlynydd helpu.
refused-partnership-paused = Mae ein dwy gymuned yn cymryd seibiant y ffordd hon. Mae cydlynydd yn gwybod mwy.
refused-partnership-ended = Daeth ein dwy gymuned â'u partneriaeth i ben. Mae cydlynydd yn gwybod mwy.
refused-request-reused = Anfonwyd hwn o'r blaen gyda geiriau eraill. Edrychwch ar y cofnod, a dechrau eto.
refused-shelf-full = Mae'r bwrdd yn llawn. Tynnwch rywbeth i lawr yn gyntaf.
refused-unknown-exchange = Nid ydym yn adnabod y cyfnewid hwn.
refused-unknown-invitation = Nid yw'r gwahoddiad hwn yn hysbys, neu fe'i defnyddiwyd. Gofynnwch am un newydd.
refused-unknown-member = Nid ydym yn adnabod yr aelod hwn.
refused-with-oneself = Yr un person yw'r rhain. Dewiswch ddau.
refused-not-advanceable = Ni all y pot roi hyn. Efallai ei fod wedi dod yn barod.
refused-not-disputable = Ni ellir siarad am hyn gyda nhw. Efallai ei fod wedi'i setlo'n barod.
refused-pot-floor = Nid oes cymaint o oriau yn y pot. Arhoswch am roddion, neu am y partner.
refused-too-many-lines = Mae gormod ar gyfer un ffeil. Dewiswch un flwyddyn.
refused-too-many-waiting = Mae gormod o hyn yn barod. Gorffennwch rywbeth yn gyntaf.

## Mewngofnodi
sign-in = Mewngofnodi
sign-out = Allgofnodi
sign-in-lead = Rhoddodd cydlynydd god i chi ar bapur. Mae'n gweithio unwaith.
sign-in-lost = Dim cod, neu wedi'i golli? Mae cydlynydd yn gwneud un newydd.
sign-in-code = Eich cod
    .hint = Deg llythyren a rhif, fel BCDFG-HJKMN.
    .missing = Ysgrifennwch y cod o'ch papur.
sign-in-button = Mewngofnodi
sign-in-not-a-code = Mae gan god ddeg llythyren a rhif. Edrychwch ar eich papur eto.
sign-in-unknown = Defnyddiwyd y cod hwn, neu mae'n rhy hen. Gofynnwch i gydlynydd am un newydd.
sign-in-too-often = Gormod o geisiadau. Arhoswch ddeg munud.
sign-in-first = Mewngofnodwch i weld y dudalen hon.
sign-in-kept = Mewngofnodwch i fynd ymlaen. Rydym yn cadw'r hyn a ysgrifennoch.
sign-in-press = Mewngofnodwch i fynd ymlaen. Does dim wedi'i wneud hyd yn hyn.
signed-in = Rydych wedi mewngofnodi
signed-in-kept = Mae'r hyn a ysgrifennoch yma o hyd.
signed-in-press = Does dim wedi'i wneud hyd yn hyn. Os ydych yn dal i'w eisiau, pwyswch y botwm nawr.
passkeys = Mewngofnodi heb god
passkeys-lead = Y tro nesaf, mae eich wyneb, eich bys neu glo'r sgrin yn ddigon. Allwedd mynediad yw'r enw ar hyn. Mae'n aros gyda chi. Wedi colli ffôn? Tynnwch ei allwedd yma.
passkey-add = Ychwanegu allwedd mynediad
passkey-sign-in = Mewngofnodi gyda'ch wyneb, eich bys neu glo'r sgrin
passkey-phone = Ychwanegwyd ar ffôn, { $since }. Defnyddiwyd ddiwethaf: { $seen }.
passkey-computer = Ychwanegwyd ar gyfrifiadur, { $since }. Defnyddiwyd ddiwethaf: { $seen }.
passkey-phone-new = Ychwanegwyd ar ffôn, { $since }. Heb ei defnyddio eto.
passkey-computer-new = Ychwanegwyd ar gyfrifiadur, { $since }. Heb ei defnyddio eto.
passkey-remove = Ei thynnu
passkey-not-added = Nid yw eich allwedd mynediad wedi'i hychwanegu
passkey-stopped = Does dim wedi newid. Gallwch roi cynnig arall arni, neu ddefnyddio cod.
passkey-failed = Ni weithiodd hynny. Agorwch y dudalen hon eto, neu defnyddiwch god.
passkey-known = Mae gennych allwedd mynediad yma yn barod. Gallwch fewngofnodi gyda hi.
passkey-again = Cymerodd ormod o amser, neu daeth ddwywaith. Rhowch gynnig arall arni.
passkey-busy = Mae gormod o bobl yn mewngofnodi nawr. Arhoswch ychydig funudau, yna rhowch gynnig arall arni.
passkey-unreadable = Ni allwn ddarllen yr hyn a anfonodd eich dyfais. Rhowch gynnig arall arni, neu defnyddiwch god.
passkey-other-site = Mae eich allwedd mynediad ar gyfer tudalen arall. Agorwch hon: { $site }
passkey-nobody = Ni chyffyrddodd neb â'r ddyfais. Rhowch gynnig arall arni, a'i chyffwrdd pan fydd yn gofyn.
passkey-kind = Ni allwn ddefnyddio'r math hwn o allwedd. Rhowch gynnig ar ddyfais arall, neu defnyddiwch god.
passkey-unknown = Nid ydym yn adnabod yr allwedd hon. Defnyddiwch god. Yna ychwanegwch hi eto.
passkey-copied = Efallai fod gan rywun gopi o'r allwedd hon. Defnyddiwch god. Yna tynnwch hi ac ychwanegwch un newydd.
passkey-full = Mae gennych { $count } o allweddi mynediad. Tynnwch un, yna ychwanegwch hon.

## Tudalen y gymuned
public-welcome = Croeso i
public-lead = Mae cymdogion yma'n helpu ei gilydd. Mae awr o help yn awr, beth bynnag a wnewch.
public-join = Sut i ymuno
public-members = Aelodau
public-exchanged = Help a rannwyd hyd yma
public-entries = Cofnodion yn ein llyfr
public-area = Ardal ar y map
public-geohash = geohash
public-menu-offers = Cynigion
public-menu-needs = Ceisiadau
public-menu-partners = Partneriaid
public-menu-join = Ymuno
public-offers = Beth mae pobl yn ei gynnig
public-no-offers = Does dim ar y bwrdd eto. Am beth mae pobl yn diolch i chi? Dywedwch wrth gydlynydd.
public-offers-lead = Mae pobl yn falch o wneud y pethau hyn i chi.
public-needs = Beth mae pobl yn gofyn amdano
public-no-needs = Does neb yn gofyn am help nawr. Mae'n dda gofyn. Dywedwch wrth gydlynydd.
public-needs-lead = Allech chi helpu gydag un o'r rhain?
public-more = Mae rhagor. Gall cydlynydd ddangos y gweddill.
public-partners = Ein partneriaid
public-no-partners = Nid oes gennym gymunedau partner eto. Rhoddir ein holl help yn agos at adref.
public-partners-lead = Mae ein haelodau ni'n helpu eu rhai nhw, a'u rhai nhw ein rhai ni.
public-more-partners = { $n ->
    [one] Ac 1 gymuned arall.
   *[other] A { $shown } o gymunedau eraill.
}
public-coordinators = { $n ->
    [one] Mae un aelod yn gydlynydd.
   *[other] Mae { $shown } aelod yn gydlynwyr.
}
public-join-1 = Dewch o hyd i gydlynydd.
public-join-2 = Dywedwch am beth mae pobl yn diolch i chi. Mae gan bawb rywbeth i'w roi.
public-join-3 = Dywedwch beth fyddai'n eich helpu. Mae gofyn yn rhan ohono.
public-join-4 = Mae'r cydlynydd yn eich ychwanegu, a gallwch ddechrau.
public-join-paper = Dim cyfrifiadur na ffôn? Popeth yn iawn. Mae cydlynydd yn ei nodi i chi.
public-check = Gwiriwch hyn eich hun
public-check-lead = Mae'r nodyn hwn yn sefyll dros ein llyfr oriau cyfan. Cadwch gopi. Os newidir hen gofnod, ni fydd yn ffitio mwyach.
public-no-check = Ni ellir dangos y nodyn nawr. Gall cydlynydd ddarganfod pam.
public-no-names = Ni ddangosir enwau aelodau ar y dudalen hon.

## Partneriaid
partner-nameless = Cymuned nad yw wedi dweud ei henw eto
partner-connected = Mewn cyswllt nawr.
partner-asleep = Mae eu cyfrifiadur yn cysgu; bydd yr oriau yn aros.
partner-joining = Dywedom ie i'w gwahoddiad. Nid ydynt wedi llofnodi eto.
partner-refused = Ni wnaethant dderbyn. Gofynnwch am wahoddiad newydd.
partner-even = Rhoddodd ein haelodau gymaint ag a gawsant.
partner-received = Cafodd ein haelodau { $hours } yn fwy nag a roddasant.
partner-given = Rhoddodd ein haelodau { $hours } yn fwy nag a gawsant.
partner-most-given = Hyd at { $hours } yn fwy wedi'u rhoi
partner-most-received = Hyd at { $hours } yn fwy wedi'u cael
partner-undecided = { $n ->
    [two] Mae { $shown } gyfnewid
    [few] Mae { $shown } chyfnewid
    [many] Mae { $shown } chyfnewid
   *[other] Mae { $shown } cyfnewid
}
partner-undecided-line = { $exchanges } yn aros am eu hateb: { $hours } i gyd.
partner-oldest = Mae'r hynaf wedi aros am { $span }.
partner-unconfirmed = { $n ->
    [one] Mae 1 ateb gennym ar y ffordd atynt.
   *[other] Mae { $shown } ateb gennym ar y ffordd atynt.
}
partner-asked = { $n ->
    [two] Mae { $shown } gais gennym yn aros am un o'u haelodau.
    [few] Mae { $shown } chais gennym yn aros am un o'u haelodau.
    [many] Mae { $shown } chais gennym yn aros am un o'u haelodau.
   *[other] Mae { $shown } cais gennym yn aros am un o'u haelodau.
}
partner-comparing = Rydym yn cymharu'r ddau lyfr. Does dim ar goll.
partner-frozen = Nid yw eu llyfr yn cytuno ag ef ei hun. Mae'r prawf gan gydlynydd.
partner-ended = Nid ydym yn bartneriaid mwyach. Caiff yr hyn a gofnodwyd cynt ei setlo.
partner-break = Mae cyfnewidiadau newydd yn cymryd seibiant, un ffordd neu'r ddwy.
partner-near-limit = Mae terfyn bron wedi'i gyrraedd. Amser siarad â nhw.
partner-nothing-waits = Does dim yn aros.

## Tudalen gyntaf aelod
hello-morning = Bore da, { $name }.
hello-afternoon = Prynhawn da, { $name }.
hello-evening = Noswaith dda, { $name }.
standing-even = Rydych wedi rhoi cymaint o help ag a gawsoch.
standing-given = Rydych wedi rhoi { $hours } yn fwy nag a gawsoch. Amser gofyn am rywbeth?
standing-received = Rydych wedi cael { $hours } o help. Dyna ddiben oriau.
home-ask = Gofyn am help
home-offer = Cynnig rhywbeth
home-record = Nodi oriau
home-mine = Mae hyn yn aros amdanoch chi
home-mine-more = { $n ->
    [one] Ac 1 arall yn aros amdanoch chi
   *[other] A { $shown } arall yn aros amdanoch chi
}
home-others = Mae hyn yn aros am eraill
home-others-more = { $n ->
    [one] Ac 1 arall yn aros am eraill
   *[other] A { $shown } arall yn aros am eraill
}
home-look-and-say = Edrych ac ateb
home-look = Edrych arno
home-year = Eich oriau eleni
home-given = Wedi'u rhoi: { $hours }.
home-received = Wedi'u cael: { $hours }.
home-near = Newydd ar y bwrdd
home-nothing-near = Dim byd newydd nawr. Gallech ofyn, neu gynnig rhywbeth.
home-find-more = Chwilio am ragor
told = Helpodd { $giver } { $receiver } am { $hours }
told-gave = Helpoch chi { $receiver } am { $hours }
told-received = Helpodd { $giver } chi am { $hours }
told-back = Mae { $receiver } yn rhoi { $hours } yn ôl i { $giver }
told-gift = Rhoddodd { $giver } { $hours } i bot y gymuned
told-gift-gave = Rhoddoch chi { $hours } i bot y gymuned

## Gofyn a chynnig
ask = Gofyn am help
ask-lead = Mae'n dda gofyn. Bydd rhywun yn falch o helpu.
ask-title = Beth sydd ei angen arnoch?
    .hint = Mewn ychydig eiriau, fel “Lifft i'r clinig”.
    .missing = Ysgrifennwch beth sydd ei angen arnoch.
ask-category = Pa fath o help ydyw?
    .missing = Dewiswch un math o help.
ask-text = Dywedwch ychydig mwy
    .hint = Pryd, a pha mor hir? Dim rhif ffôn na chyfeiriad, os gwelwch yn dda. Gallwch adael hwn yn wag.
ask-button = Ei bostio
offer = Cynnig rhywbeth
offer-lead = Am beth mae pobl yn diolch i chi? Mae hynny'n rhywbeth i'w gynnig.
offer-title = Beth hoffech chi ei wneud?
    .hint = Mewn ychydig eiriau, fel “Gallaf drwsio beiciau”.
    .missing = Ysgrifennwch beth rydych yn ei gynnig.
offer-category = Pa fath o beth ydyw?
    .missing = Dewiswch un math.
offer-text = Dywedwch ychydig mwy
    .hint = Pa ddyddiau sy'n addas? Dim rhif ffôn na chyfeiriad, os gwelwch yn dda. Gallwch adael hwn yn wag.
offer-button = Ei bostio
listing-remote = Gellir ei wneud ar y ffôn neu o bell
listing-public = Ei ddangos ar ein tudalen gyhoeddus hefyd
    .hint = Mae aelodau yma a chyda'n partneriaid yn ei weld beth bynnag.
listing-no-address = Peidiwch â rhoi cyfeiriad na rhif ffôn.
listing-area = Ble, yn fras
    .hint = Copïwch ef o'r map ar eich ffôn, fel 51.45, -0.02. Dim ond cod am ardal o tua 5 km rydym yn ei gadw. Mae'n cael ei ddangos gyda'r gweddill. Gallwch adael hwn yn wag.
when-aside = Pryd a ble? Dywedwch os mynnwch
when-days = Pa ddyddiau?
    .hint = Gadewch y cyfan yn wag os yw unrhyw ddydd yn iawn.
when-parts = Pa amser o'r dydd?
    .hint = Gadewch y cyfan yn wag os yw unrhyw amser yn iawn.
when-by = Erbyn pa ddydd?
    .hint = Ar ôl y dydd hwn, ni fydd yn y chwiliad.
when-every-day = Bob dydd
part-morning = bore
part-afternoon = prynhawn
part-evening = nos
listing-when = Pryd
listing-stands = Pa mor hir ddylai aros ar y bwrdd?
ask-soon = Pa mor fuan mae ei angen?
ask-soon-today = Heddiw
ask-soon-week = Yr wythnos hon
ask-soon-any = Unrhyw bryd
stands-week = Wythnos
stands-month = Mis
stands-half = Hanner blwyddyn
posted-ask = Mae eich cais ar y bwrdd.
posted-ask-next = Gall pobl ei weld nawr, ac ysgrifennu atoch yma. Gall cydlynydd helpu hefyd.
posted-offer = Mae eich cynnig ar y bwrdd.
posted-offer-next = Gall pobl ei weld nawr, ac ysgrifennu atoch yma. Gall cydlynydd helpu hefyd.
listing-offer = Cynnig
listing-need = Cais
listing-who = Pwy
listing-through = { $member }, trwy { $who }
statement-through = nodwyd gan { $who }
statement-both = { $member }, nodwyd gan { $who }
listing-kind = Math
listing-where = Ble
listing-up = Ar y bwrdd
listing-until = Hyd { $day }
listing-readers = Pwy all ei ddarllen
listing-readers-all = Pawb. Mae ar ein tudalen gyhoeddus hefyd.
listing-readers-members = Aelodau yma a chyda'n partneriaid
listing-how = Sut i'w dderbyn
listing-ring = Dywedwch wrth gydlynydd. Maen nhw'n dod â chi ynghyd.
listing-ring-other = Dywedwch wrth gydlynydd. Maen nhw'n siarad â'r gymuned arall.
listing-asleep = Mae eu cyfrifiadur yn cysgu. Gallwch ddarllen hwn o hyd, a gofyn i gydlynydd.
listing-open = Gall aelodau ateb hwn. Mewngofnodwch, neu gofynnwch am ymuno.
listing-record = Rydym wedi'i wneud: nodi'r oriau
listing-withdraw = Ei dynnu i lawr
withdraw = Tynnu “{ $title }” i lawr?
withdraw-lead = Ni fydd neb yn ei weld mwyach. Gallwch bostio un newydd unrhyw bryd.
withdraw-button = Ei dynnu i lawr

## Chwilio
find = Chwilio
find-words = Am beth rydych chi'n chwilio?
find-what = Dangos i mi
find-offers = Beth mae pobl yn ei gynnig
find-needs = Beth mae pobl yn gofyn amdano
find-more = Dewis yn fanylach
find-category = Pa fath
find-any = Unrhyw fath
find-place = Ble
find-everywhere = Ym mhobman
find-here = Dim ond yma
find-near = Yn agos ata i
find-others = Cymunedau eraill
find-language = Iaith
find-any-language = Unrhyw iaith
find-day = Dydd
find-any-day = Unrhyw ddydd
find-part = Amser o'r dydd
find-any-part = Unrhyw amser
find-button = Chwilio
find-hits = Ar y bwrdd
find-nothing = Ni chawsom ddim byd tebyg. Defnyddiwch lai o eiriau, neu gofynnwch amdano.
why-words = Mae'n cynnwys: { $words }
why-skill = Addas i'r hyn rydych yn ei gynnig: { $category }
why-remote = Gellir ei wneud o bell
why-here = Yn ein cymuned ni
why-km = Tua { $km } km i ffwrdd
why-km-you = Tua { $km } km oddi wrthych
why-next = Gerllaw
why-there = Yn { $partner }
why-language = Yn { $language }
why-by = Mae angen help erbyn { $day }
why-when = Amser da: { $when }
why-when-unsaid = Dim amser wedi'i ddweud: gofynnwch

## Ysgrifennu oriau
record = Nodi oriau
record-way = Pwy helpodd?
    .missing = Dewiswch pwy helpodd.
record-gave = Helpais i rywun
record-received = Helpodd rhywun fi
record-where = I ble mae'r person arall yn perthyn?
record-here = Yma, yn ein cymuned ni
record-who = Pwy oedd ef neu hi?
    .hint = Eu henw. I rywun mewn cymuned arall, eu cod.
    .missing = Ysgrifennwch eu henw neu eu cod.
record-which = Pa un ohonynt?
    .missing = Dewiswch un person.
record-more-letters = Ysgrifennwch o leiaf dair llythyren o'r enw.
record-nobody = Nid ydym yn adnabod neb o'r enw “{ $who }”. Gwiriwch yr enw.
record-too-many = Mae hyn yn ffitio llawer o bobl. Ysgrifennwch yr enw cyfan.
record-apart = Ni allwch chi'ch dau nodi oriau gyda'ch gilydd yma. Gofynnwch i gydlynydd wneud hynny.
record-not-a-code = Nid cod yw hwn. Mae ganddo 26 llythyren a rhif, ac mae ar eu tudalen “Fi”.
record-hours-gave = Helpoch chi { $name }
record-hours-received = Helpodd { $name } chi
record-length = Faint o amser gymerodd?
    .hint = Fel 1:30 neu 45 min.
    .missing = Ysgrifennwch faint o amser gymerodd.
record-day = Pa ddiwrnod oedd hi?
    .hint = Gadewch yn wag am heddiw.
record-note = Beth oedd e?
    .hint = Ychydig eiriau, fel “Siopa”. Gallwch adael hwn yn wag.
record-check-gave = Helpoch chi
record-check-received = Pwy helpodd chi
record-button = Ei nodi
gift = Rhoi oriau i'r pot
gift-lead = Ni i gyd biau'r pot. Mae'n rhoi oriau i bobl sy'n aros am gymuned arall.
gift-pot = Yn y pot nawr: { $hours }.
gift-pot-empty = Does dim yn y pot ar hyn o bryd.
gift-pot-gave = Mae'r pot wedi rhoi { $hours } yn fwy nag a gafodd.
gift-length = Faint rydych chi'n ei roi?
    .hint = Fel 1:30 neu 45 min.
    .missing = Ysgrifennwch faint rydych chi'n ei roi.
gift-check = Rydych chi'n rhoi { $hours } i bot y gymuned. Diolch.
gift-button = Rhoi nhw

## Cyfnewid
stand-waits = Yn aros i { $who } ddweud ie ers { $day }.
stand-waits-you = Yn aros am eich ie chi ers { $day }.
stand-first = Mae { $who } neu gydlynydd arall yn edrych arno yn gyntaf. Cyfnewid cyntaf yw hwn.
stand-asked = Wedi'i gofnodi. Yn aros am y person arall yn { $who } ers { $day }.
stand-declined = Wedi'i dynnu'n ôl. Bydd { $who } yn clywed.
stand-on-hold = Wedi'i gofnodi. Yn aros am { $who } ers { $day }.
stand-answering = Wedi'i gofnodi. Bydd { $who } yn clywed.
stand-settled = Wedi'i wneud. Mae'n cyfrif ers { $day }.
stand-corrected = Wedi'i gywiro gan { $who }. Mae'n cyfrif { $hours } nawr.
stand-undone = Wedi'i gywiro gan { $who }. Nid yw'n cyfrif mwyach.
stand-refused = Dywedodd { $who } na. Mae'r oriau'n ôl gyda chi.
stand-kept = Dywedodd rhywun yn { $who } na. Rhoddodd y pot yr oriau, ac maent yn aros gyda'r aelod.
stand-advanced = Dywedodd rhywun yn { $who } na. Rhoddodd y pot yr oriau. Cydlynydd sy'n penderfynu beth ddaw ohonynt.
stand-pot-gave = Rhoddodd ein pot yr oriau yn y cyfamser.
stand-disputed = Mae ein cydlynwyr yn siarad amdano gyda { $who }.
stand-outcome = Cytunodd y ddwy gymuned: { $outcome }.
next-waits = Byddant yn ei weld ar eu tudalen gyntaf. Does dim angen i chi wneud dim.
next-partner = Mae'n mynd yno ei hun, hyd yn oed os yw'n cymryd dyddiau. Does dim i'w wneud.
next-refused = Gall cydlynydd ddarganfod pam.
next-settled = Mae'r oriau yn ein llyfr. Does dim mwy i'w wneud.
mile-told = Nodwyd, { $day }
mile-agreed = Mae'r ddau'n cytuno
mile-partner = Mae gan { $partner } ef
mile-counts = Mae'n cyfrif
mile-done = wedi'i wneud
mile-open = ar agor o hyd
confirm-button = Ydy, mae hyn yn iawn
decline = Ei dynnu'n ôl
decline-link = Na, nid yw hyn yn iawn
decline-lead = Ni fydd yn cyfrif. Does dim arall yn newid.
decline-button = Nid yw'n cyfrif
question = Mae rhywbeth o'i le
question-lead = Bydd cydlynydd yn edrych arno, ac yn eich ffonio.
question-button = Dweud wrth gydlynydd
question-reason = Beth sydd o'i le?
    .missing = Dewiswch beth sydd o'i le.
question-hours = Mae'r oriau'n anghywir
question-never = Ni ddigwyddodd
question-person = Person arall oedd e
question-other = Rhywbeth arall
back = Gofyn am yr oriau yn ôl
back-lead = Mae'r person arall yn dweud ie neu na gartref. Tan hynny, does dim yn newid.
back-button = Gofyn amdanynt yn ôl
correct = Ei gywiro
correct-lead = Does dim yn cael ei ddileu. Ysgrifennir y newid oddi tano.
correct-button = Ei gywiro
correct-what = Beth sy'n iawn?
    .missing = Dewiswch beth sy'n iawn.
correct-hours = Hyd arall oedd e
correct-never = Ni ddigwyddodd
correct-right = Mae'n iawn fel y mae
correct-length = Pa mor hir oedd e?
    .hint = Dim ond os oedd yr amser yn anghywir, fel 1:30.
    .missing = Ysgrifennwch pa mor hir oedd e.

## Datganiad
statement = Datganiad oriau
statement-empty = Does dim wedi'i nodi yma eto.
statement-given = Wedi'u rhoi
statement-received = Wedi'u cael
statement-older = Llinellau hŷn
statement-newest = Y llinellau diweddaraf
statement-more = Nid dyma'r cyfan. Agorwch fis i'w argraffu'n llawn.
statement-months = Un mis, i'w argraffu
statement-month = { $month } { $year }
statement-month-empty = Does dim wedi'i ysgrifennu yn y mis hwn.
statement-file = Cadw fel ffeil
statement-proofs = Ffeil sy'n ei brofi
statement-proof-lead = Gall unrhyw un wirio'r ffeil hon gyda'r rhaglen kith. Mae'n dangos pryd y rhoesoch a chael help, ac am ba hyd. Nid oes enwau ynddi.
statement-proof = Y cyfan
statement-proof-year = { $year } yn unig
csv-day = Diwrnod
csv-what = Beth
csv-with = Gyda
csv-note = Nodyn
csv-minutes = Munudau
csv-entry = Cofnod
csv-by = Nodwyd gan
csv-more = Mae rhagor; gofynnwch i gydlynydd
entry-exchange = Help
entry-group = Help mewn grŵp
entry-gift = Rhodd i bot y gymuned
entry-correction = Cywiriad
entry-opening = Wedi'u dwyn ymlaen
entry-hold = Help gan gymuned arall
entry-settle = Dywedodd y gymuned arall ie
entry-release = Dywedodd y gymuned arall na
entry-receive = Help i gymuned arall
entry-recovered = Wedi'i gael eto yn eu llyfr
entry-advance = Rhoddodd y pot ef nes iddynt dalu
entry-advance-ended = Penderfynwyd am yr hyn a roddodd y pot
entry-dispute = Cytunodd y ddwy gymuned am gyfnewid
entry-left = Gadawodd
entry-joined = Ymunodd
entry-role = Rôl newydd
entry-key = Allwedd bersonol
entry-other = Newid

## Fi
me = Fi
me-lead = Chi a'n cydlynwyr sy'n gweld y dudalen hon. Felly hefyd y bobl a gaiff weithredu drosoch.
me-name = Enw
    .missing = Ysgrifennwch yr enw.
me-phone = Ffôn
me-directory = Argraffu'r rhif ffôn hwn yn y cyfeiriadur papur
    .hint = Gall pob aelod ei ddarllen yno. Gallwch newid hyn unrhyw bryd.
me-in-directory = Ffôn yn y cyfeiriadur papur
me-email = E-bost
me-area = Ble rydych yn byw, yn fras
    .hint = Copïwch ef o'r map ar eich ffôn, fel 51.45, -0.02. Dim ond cod byr am yr ardal rydym yn ei gadw. Mae'n dangos beth sy'n agos atoch. Dim ond chi a'n cydlynwyr sy'n ei weld. Gallwch adael hwn yn wag.
me-change = Newid fy manylion
me-change-lead = Gadewch yn wag yr hyn nad ydych am ei roi.
me-listings = Fy ngheisiadau a'm cynigion
me-no-listings = Does dim gennych ar y bwrdd.
me-codes = Fy nghodau
me-codes-lead = Rhowch y cod i rywun yno, er mwyn nodi oriau gyda chi.
me-devices = Ble rwyf wedi mewngofnodi
me-devices-lead = Wedi colli ffôn? Allgofnodwch ef yma.
me-leave-lead = Gallwch adael unrhyw bryd.
device-phone = Ffôn, ers { $since }. Defnyddiwyd ddiwethaf: { $seen }.
device-computer = Cyfrifiadur, ers { $since }. Defnyddiwyd ddiwethaf: { $seen }.
device-this = hwn
device-end = Ei allgofnodi
leave = Gadael y gymuned
leave-lead = Mae'n ddrwg gennym eich gweld yn mynd. Gallwch ddod yn ôl unrhyw bryd.
leave-hours = Mae eich oriau'n mynd i bot y gymuned.
leave-name = Beth wnawn ni â'ch enw?
    .missing = Dewiswch beth wnawn ni â'ch enw.
leave-forget = Anghofio fy enw, fy ffôn a'm nodiadau am byth
leave-keep = Eu cadw, rhag ofn i mi ddod yn ôl
leave-not = Na, rwy'n aros
leave-sure = Ydych chi wir am adael?
leave-for-good = Ni ellir dod â'r hyn a anghofiwn yn ôl.
forget-copies = Mae'r copïau diogelwch cynt wedi'u selio. Maen nhw'n mynd wrth i rai newydd ddod.
forget-public = Mae'r hyn a gynigiwyd neu a ofynnwyd yn dod i lawr. Mae'r geiriau'n aros yn ein ffeiliau, ond nid pwy a'u hysgrifennodd.
forget-talks = Mae ein ffeiliau hefyd yn cadw'r hyn a ysgrifennodd dwy gymuned at ei gilydd am gyfnewid.
forget-others = Mae nodiadau ac adroddiadau am eraill yn aros, hyd yn oed os ydynt yn enwi'r sawl a adawodd.
leave-button = Gadael nawr

## Wedi'i wneud
done-withdrawn = Mae wedi'i dynnu i lawr
done-withdrawn-next = Does neb yn ei weld mwyach. Bydd cymunedau eraill yn clywed.
done-declined = Nid yw'n cyfrif
done-declined-next = Ni ychwanegwyd dim at oriau neb.
done-questioned = Mae cydlynydd yn gwybod
done-questioned-next = Byddant yn edrych arno ac yn eich ffonio. Tan hynny mae'n aros fel y mae.
done-saved = Mae eich manylion wedi'u cadw
done-saved-next = Does dim mwy i'w wneud.
done-signed-out = Mae'r ddyfais honno wedi'i hallgofnodi
done-signed-out-next = Mae angen cod newydd arni i ddod i mewn eto.
done-out = Rydych chi wedi allgofnodi
done-out-next = Does neb yn gweld eich tudalennau ar y ddyfais hon nawr. Mewngofnodwch eto unrhyw bryd.
done-passkey = Mae eich allwedd mynediad wedi'i hychwanegu
done-passkey-next = Y tro nesaf, does dim angen cod. Pwyswch y botwm wyneb, bys neu glo'r sgrin.
done-passkey-removed = Mae'r allwedd honno wedi'i thynnu
done-passkey-removed-next = Nid yw'n agor dim yma mwyach. Gallwch ei dileu ar eich dyfais hefyd.
done-left = Rydych wedi gadael
done-left-next = Diolch am bob awr. Mae'r drws ar agor o hyd.
done-role = Newidiwyd y rôl
done-role-next = Byddant yn gweld eu tudalennau newydd ar unwaith.
done-contact = Mae ar bob tudalen nawr
done-contact-next = Newidiwch ef pan fydd rhywun arall yn cymryd drosodd.
done-answered = Atebwyd y cwestiwn
done-answered-next = Mae oddi ar y rhestr.
done-first-yes = Mae wedi'i nodi
done-first-yes-next = Os yw'r siarter am gael ie arall, gofynnir i'r person arall yn awr.
done-first-no = Nid yw wedi'i nodi
done-first-no-next = Mae gan bwy bynnag a'i hysgrifennodd neges gennych, yn dweud beth oedd.
done-report-seen = Mae'r adroddiad oddi ar y rhestr
done-report-seen-next = Cedwir ef am hanner blwyddyn gyda'ch enw. Gallwch ffonio'r rhai y mae'n sôn amdanynt o hyd.
done-application = Mae'r cais oddi ar y rhestr
done-application-next = Mae'r hyn a ysgrifennwyd wedi'i anghofio. Ni ddaeth neb i mewn drwy hyn.
done-taken-out = Mae wedi gadael
done-taken-out-next = Mae'r oriau'n aros yn y llyfr. Mae croeso yn ôl unrhyw bryd.
done-forgotten = Mae'r enw wedi'i anghofio
done-forgotten-next = Mae'r oriau'n aros yn y llyfr, heb enw.

## Cydlynwyr: heddiw
today-title = Beth sydd i'w wneud heddiw
today-members = { $n ->
   *[other] { $shown } aelod.
}
today-waiting = { $n ->
    [0] Does dim yn aros am ie.
    [two] Mae { $shown } gyfnewid yn aros am ie.
    [few] Mae { $shown } chyfnewid yn aros am ie.
    [many] Mae { $shown } chyfnewid yn aros am ie.
   *[other] Mae { $shown } cyfnewid yn aros am ie.
}
today-questions = { $n ->
    [0] Dim cwestiynau.
    [two] { $shown } gwestiwn.
    [few] { $shown } chwestiwn.
    [many] { $shown } chwestiwn.
   *[other] { $shown } cwestiwn.
}
today-asked = Mae rhywun yn dweud nad yw'n iawn
today-waits = Yn aros am ie
today-partners = Rhwng cymunedau
today-disputes = I siarad amdanynt gyda phartneriaid
today-advances = Rhoddwyd gan y pot, a heb ddod yn ôl
today-nothing = Does dim i'w wneud
today-nothing-more = Diwrnod da i ffonio rhywun na chlywsoch ganddynt.
today-ring = Ffoniwch { $name }: { $phone }.
today-question = Mae { $who } yn dweud: { $why }. { $phone }
today-act = Helpu gyda hwn
today-answer = Ateb
today-partner = Edrych arno
contact = Pwy i'w ffonio am help
contact-lead = Mae hwn ar waelod pob tudalen.
contact-words = Enw, rhif ac amserau
    .hint = Fel “Ffoniwch Rosa, 020 7946 0000, dydd Mawrth a dydd Iau”.
    .missing = Ysgrifennwch bwy i'w ffonio, a phryd.

## Cydlynwyr: aelodau
members-find = Enw
members-open = Agor
members-member = Aelod
members-coordinator = Cydlynydd
members-organisation = Sefydliad
members-left = Wedi gadael
members-left-lead = Maen nhw wedi gadael. Mae eu henw a'r hyn a ysgrifennwyd amdanyn nhw yma o hyd.
members-left-forgotten = Maen nhw wedi gadael, ac mae eu henw wedi'i anghofio.
members-forget = Anghofio eu henw
members-forget-lead = Gwnewch hyn pan fyddan nhw'n gofyn. Ni all neb ddod ag ef yn ôl.
members-forget-sure = Anghofio { $name } am byth?
members-forget-what = Bydd yr enw, y ffôn, y negeseuon, y lluniau a'r nodiadau'n mynd. Mae'r oriau'n aros, heb enw.
members-person = Person
members-kind = Person neu sefydliad?
members-admit = Ychwanegu aelod
members-admit-lead = Dim ond yr enw sydd ei angen. Mae ffôn ac e-bost yn helpu i'w cyrraedd.
members-admit-button = Ychwanegu'r aelod hwn
members-same-name = Mae rhywun â'r enw hwn eisoes. Ai'r un person yw?
members-admitted = Maent yn aelod nawr.
members-admitted-next = Gwnewch god, er mwyn iddynt fewngofnodi. Neu nodwch bethau ar eu rhan.
members-role = Newid y rôl
members-role-of = Rôl { $name }
members-role-lead = Mae cydlynwyr yn ychwanegu aelodau ac yn nodi pethau i eraill.
members-role-choice = Rôl
    .missing = Dewiswch rôl.
code-make = Gwneud cod mewngofnodi
code-make-lead = Mae cod hŷn nas defnyddiwyd yn peidio â gweithio.
code-for = Cod mewngofnodi i { $name }
code-square = Cod sgwâr sy'n agor y dudalen fewngofnodi
code-step-1 = Sganiwch y sgwâr â'ch ffôn, neu ewch i
code-step-1-here = Ewch i
code-step-2 = Ysgrifennwch y cod, a phwyswch “Mewngofnodi”.
code-step-3 = Mae'n gweithio unwaith, hyd { $day }.
code-keep = Peidiwch â'i ddangos i eraill. Wedi colli'r cod? Gofynnwch am un newydd.
code-lost-phone = Ffôn ar goll? Mae'n dal wedi mewngofnodi nes i chi ei allgofnodi.
code-back = Yn ôl at { $name }
place-only-here = Dim ond ar y cyfrifiadur hwn y mae'r cyfeiriad yn gweithio, felly nid oes sgwâr i ffonau.
slips-only-here = Dim ond ar gyfer lluniau y mae'r sgwariau hyn: ar y cyfrifiadur hwn yn unig y mae eu cyfeiriad yn gweithio.
place-for-phones = I ffonau, ysgrifennwch gyfeiriad i'r tudalennau hyn yn kith.toml, o dan [http].
behalf-lead = Mae popeth a wnewch yma'n dangos y ddau enw.
behalf-home = Beth sy'n aros amdanynt
behalf-ask = Gofyn am help ar eu rhan
behalf-offer = Cynnig rhywbeth ar eu rhan
behalf-record = Nodi oriau ar eu rhan
behalf-statement = Eu datganiad, i'w ddarllen neu ei argraffu
behalf-me = Eu manylion a'u dyfeisiau
behalf-pause = Rhoi gorffwys iddyn nhw, neu ddod ag ef i ben
behalf-slips = Argraffu slipiau â'u henw
behalf-gift = Rhoi oriau i'r pot drostyn nhw
behalf-leave = Maent yn gadael

## Cydlynwyr: slipiau
slips-lead = Mae tair llythyren o enw yn ddigon os ydynt yn ffitio un person. Gadewch y diwrnod yn wag am heddiw.
slips-giver = Pwy helpodd
slips-receiver = Pwy gafodd help
slips-hours = Pa mor hir
slips-day = Diwrnod
slips-note = Beth
slips-button = Gwirio'r slipiau hyn
slips-send = Eu nodi i gyd
slips-no-name = Ysgrifennwch enw.
slips-several = Mae hyn yn ffitio sawl person. Ysgrifennwch yr enw cyfan.
slips-empty = Nid yw'r un slip wedi'i lenwi. Llenwch o leiaf un llinell.
slips-double = Mae hwn yn debyg i un a nodwyd { $day }. Os un arall yw, ticiwch y blwch.
slips-double-above = Mae hwn yn debyg i linell { $n }. Os un arall yw, ticiwch y blwch.
slips-double-waits = Mae hwn yn debyg i un sy'n aros am gadarnhad ers { $day }. Os un arall yw, ticiwch y blwch.
slips-anyway = Un arall yw hwn
slips-count = { $n ->
   *[other] { $shown } slip.
}
slips-kept = { $n ->
    [0] Ni nodwyd yr un slip.
   *[other] Nodwyd { $shown } slip.
}
slips-kept-next = Teipiwch y rhai nesaf yma. Tan yfory gallwch eu tynnu'n ôl isod.
slips-left-next = Cywirwch y lleill isod, a'u hanfon eto.
slips-undone = { $n ->
    [0] Doedd dim ar ôl i'w dynnu'n ôl.
   *[other] Tynnwyd { $shown } slip yn ôl.
}
slips-undone-next = Dyw'r oriau hynny ddim yn cyfrif mwyach. Mae aelodau'n gweld y newid yn eu datganiadau.
slips-batches = Slipiau'r diwrnod diwethaf
slips-batch = { $slips } Nodwyd { $day } gan { $by }.
slips-undo = Tynnu'r rhain yn ôl
scan = Sganio slipiau
scan-lead = Tynnwch lun o un slip neu o sawl un. Yna caiff yr enwau eu llenwi i chi.
scan-camera = Mae ap camera ffôn yn agor un slip hefyd.
scan-photo = Llun o'r slipiau
    .hint = Rhaid i'r sgwariau fod yn glir, a phob un yn y llun.
scan-code = Neu'r cod o dan sgwâr
    .hint = Wyth llythyren a rhif, fel 0104 0G20.
scan-button = Eu darllen
scan-back = Yn ôl at y slipiau
scan-none = Dewiswch lun, neu teipiwch god.
scan-nothing = Nid oes slip yn y llun hwn. Ewch yn nes, gyda mwy o olau.
scan-unknown = Nid oes slip yma â'r cod “{ $code }”. Gwiriwch ef, neu teipiwch yr enw.
scan-stranger = Mae slip yn y llun hwn yn perthyn i neb yma. Gadewch ef allan, a'i deipio.
paper-slips = Slipiau papur
paper-directory = Pwy yw pwy, a beth rydym yn ei gynnig
paper-statements = Datganiadau: agorwch aelod yn gyntaf
statements = Datganiadau pawb am fis
statements-title = Datganiadau { $month } { $year }
statements-lead = Un daflen i bob aelod sydd â rhywbeth yn y mis hwn.
statements-place = Aelodau { $first } i { $last } o { $all }.
statements-none = Does gan neb ddim yn y mis hwn.
statements-earlier = Y mis cynt
statements-later = Y mis wedyn
statements-sum = Wedi'u rhoi: { $given }. Wedi'u cael: { $received }.
directory-lead = Mae rhifau ffôn y rhai a ddywedodd ie ynddo. Rhowch ef i aelodau yn unig.
slip-giver = Pwy helpodd:
slip-receiver = Pwy gafodd help:
slip-hours = Pa mor hir:
slip-day = Diwrnod:
slip-what = Beth:
slip-sign = Llofnod yr un a gafodd help:

## Cydlynwyr: partneriaid
partners-invite = Gwahodd cymuned
partners-invite-lead = Cytunwch ar derfynau yn gyntaf. Yna rhowch y gwahoddiad i'w cydlynydd.
partners-invite-button = Gwneud y gwahoddiad
partners-ours = Oriau y caiff ein haelodau eu derbyn ymlaen llaw
    .missing = Ysgrifennwch nifer o oriau.
partners-theirs = Oriau y caiff eu haelodau eu derbyn ymlaen llaw
    .missing = Ysgrifennwch nifer o oriau.
partners-accept = Derbyn gwahoddiad
partners-accept-lead = Rhowch yma'r hyn a gawsoch gan y cydlynydd arall. Mae'n dechrau â KITH1.
partners-accept-check = Cytunwch dim ond os ydych yn eu hadnabod. Gall pob ochr golli'r oriau hyn ar y mwyaf.
partners-accept-button = Derbyn
partners-from = Gwahoddiad gan
partners-until = Yn dda tan
partners-text = Y gwahoddiad
    .missing = Gludwch y gwahoddiad cyfan yma.
partners-accepted = Dywedoch ie.
partners-accepted-next = Maent yn llofnodi ar eu pen eu hunain pan fydd ein cyfrifiaduron yn cwrdd.
invitation = Gwahoddiad i gymuned arall
invitation-lead = Rhowch ef i'w cydlynydd ac i neb arall. Mae'n gweithio unwaith.
invitation-until = Yn ddilys hyd { $day }.
invitation-square = Y gwahoddiad fel cod sgwâr

## Y tro cyntaf
setup-closed = Mae'r dudalen hon ar gau
setup-closed-words = Agorwch y ddolen o'r terfynell, mewn un porwr yn unig. Am ddolen newydd, dechreuwch Kith eto.
setup-welcome = Croeso i Kith
setup-lead = Ychydig gwestiynau, ac mae gan eich cymuned ei banc amser ei hun.
setup-way-title = Beth hoffech chi ei wneud?
setup-way = Eich cymuned
    .missing = Dewiswch un.
setup-new = Dechrau cymuned newydd
setup-join = Dechrau un newydd, gyda gwahoddiad
setup-join-button = Mae hyn yn iawn, ymlaen
setup-join-next = Yn gyntaf rydych yn dechrau eich cymuned eich hun. Yna dywedwn ie drosoch.
setup-backup = Dod ag un yn ôl o'i chopi wrth gefn
setup-back-title = Dod â'ch cymuned yn ôl
setup-file-lead = Dewiswch gopi wrth gefn eich cymuned. Mae'r dudalen nesaf yn gofyn am ei 24 gair.
setup-file = Y copi wrth gefn
    .hint = Ffeil y mae ei henw yn aml yn gorffen ag .age.
setup-file-button = Ei anfon i'r cyfrifiadur hwn
setup-file-missing = Dewiswch y ffeil â'r copi wrth gefn.
setup-file-other = Nid copi wrth gefn Kith yw hwn. Dewiswch ffeil arall.
setup-file-short = Mae diwedd y copi hwn ar goll. Copïwch ef eto, neu dewiswch un hŷn.
setup-file-changed = Newidiwyd y copi hwn, neu mae rhan ohono ar goll. Dewiswch gopi arall, neu un hŷn.
setup-file-newer = Kith mwy newydd a wnaeth y copi hwn. Gosodwch yr un newydd yn gyntaf.
setup-file-large = Mae'r ffeil hon yn rhy fawr. Caiff fod yn { $most }. Mae'r derfynell yn derbyn rhai mwy.
setup-file-again = Dewis ffeil arall
setup-no-room = Mae disg y cyfrifiadur hwn yn llawn. Gwnewch le, yna rhowch gynnig arall arni.
setup-recovery-title = Y geiriau adfer
setup-recovery-lead = Mae'r copi wrth gefn yma ({ $size }). Nawr mae angen y geiriau o'ch papur.
setup-recovery = Y 24 gair
    .hint = Yn eu trefn, gyda bylchau rhyngddynt. Nid yw rhifau'n gwneud drwg.
    .missing = Ysgrifennwch y 24 gair.
setup-recovery-count = Mae { $n } gair yma. Rhaid cael 24.
setup-recovery-unknown = Nid yw gair rhif { $n } yn un o'r geiriau sydd. Edrychwch ar ei sillafu.
setup-recovery-wrong = Mae un gair yn air arall, neu mae dau wedi newid lle. Edrychwch ar eich papur.
setup-words-other = Geiriau cymuned arall yw'r rhain. Ydy'r papur a'r copi yn perthyn i'w gilydd?
setup-partners = Dod ag un yn ôl o'i phartneriaid
setup-partners-lead = Mae partneriaid sy'n cadw copïau i chi yn eu rhoi i bwy bynnag sydd â'r geiriau.
setup-partners-button = Gofyn iddynt
setup-addresses = Cyfeiriadau eich partneriaid
    .hint = Un ar bob llinell. Maent ar bapur, wrth ymyl eich 24 gair.
    .missing = Ysgrifennwch o leiaf un cyfeiriad.
setup-addresses-many = Cewch ofyn i { $most } ar y tro. Gadewch rai allan.
setup-address-wrong = Nid cyfeiriad partner yw hwn: { $address }. Copïwch y cyfan.
setup-partner-away = Nid oes neb yn ateb yno. Ydy eu cyfrifiadur ymlaen?
setup-partner-nothing = Nid ydynt yn cadw copi i'r geiriau hyn.
setup-partner-later = Gofynnwyd iddynt yn rhy aml. Arhoswch awr, yna rhowch gynnig arall arni.
setup-partner-bad = Nid yw eu copi'n dda. Gofynnwch i bartner arall.
setup-partner-other = Ni weithiodd gyda nhw. Gofynnwch i bartner arall.
setup-found-title = Beth sydd ynddo
setup-found-name = Cymuned
setup-found-made = Gwnaed
setup-found-when = { $day } am { $time }
setup-found-members = Aelodau
setup-found-entries = Cofnodion yn y llyfr
setup-found-partners = Partneriaid
setup-found-size = Maint
setup-found-id = Ei dynodwr
setup-found-checked = Gwiriwyd pob rhan ohono. Mae popeth yn iawn.
setup-found-since = Nid yw'r hyn a nodwyd wedyn ynddo.
setup-found-handover = Stopiodd yr hen gopi am byth pan wnaed hwn.
setup-found-other = Gwneud rhywbeth arall
setup-who = Pwy ydych chi?
    .hint = Cewch god, er mwyn mewngofnodi.
    .missing = Dewiswch eich enw.
setup-who-nameless = Cydlynydd rhif { $n }
setup-restore = Dod â hi yn ôl
setup-working = Mae hyn yn cymryd ychydig mwy o amser
setup-looking = Rydym yn gwirio pob rhan o'r copi. Cewch adael y dudalen hon yn y cyfamser.
setup-asking = Rydym yn gofyn i'ch partneriaid, un ar ôl y llall. Cewch adael y dudalen hon yn y cyfamser.
setup-restoring = Rydym yn rhoi popeth yn ei le. Cewch adael y dudalen hon yn y cyfamser.
setup-back = Mae eich cymuned yn ôl
setup-back-old = Peidiwch byth â dechrau'r hen gopi eto. Byddai dau gopi yn dweud pethau gwahanol.
setup-back-partners = Os oes gennych bartneriaid, mae pob un yn gyntaf yn dweud beth welodd olaf. Tan hynny ni dderbynnir dim byd newydd.
setup-back-since = Yna edrychwch beth sydd ar goll ers gwneud y copi.
setup-done-invited = Rydym wedi dweud ie wrth { $name } drosoch.
setup-name-title = Eich cymuned
setup-name = Beth yw ei henw?
    .hint = Fel y mae pobl yn ei ddweud, fel “Rushey Green”.
    .missing = Ysgrifennwch enw eich cymuned.
setup-area = Ble mae hi?
    .hint = Copïwch ef o'r map ar eich ffôn, fel 51.45, -0.02. Dim ond yr ardal fras rydym yn ei chadw. Gallwch adael hwn yn wag.
setup-area-wrong = Ysgrifennwch ddau rif, fel 51.45, -0.02. Gadewch yn wag os nad ydych yn siŵr.
setup-zone = Cylchfa amser
    .hint = Mae pob amser ar y tudalennau yn ei dilyn. Ysgrifennwch hi fel Europe/London, neu ysgrifennwch dref fawr.
    .missing = Ysgrifennwch dref fawr â'ch amser chi, fel London.
setup-zone-wrong = Nid ydym yn adnabod hon. Ysgrifennwch dref fawr â'r un amser, fel Europe/London.
setup-coordinator = Eich enw
    .hint = Chi yw'r cydlynydd cyntaf.
    .missing = Ysgrifennwch eich enw.
setup-contact = Pwy i'w ffonio am help
    .hint = Enw, rhif ac amserau, fel “Ffoniwch Rosa, 020 7946 0000, dydd Mawrth a dydd Iau”. Mae ar waelod pob tudalen.
setup-charter = Eich siarter
setup-charter-lead = Eich rheolau chi yw'r rhain. Gallwch eu newid unrhyw bryd.
setup-floor = Sawl awr o help y caiff rhywun ymlaen llaw?
    .hint = Deugain sy'n arferol. Ni ddylai neb orfod cyfrif.
    .missing = Ysgrifennwch nifer o oriau.
setup-confirmation = Pwy sy'n gorfod dweud ie i gyfnewid?
setup-confirm-receiver = Pwy bynnag gafodd help
setup-confirm-both = Y ddau
setup-confirm-either = Pwy bynnag sy'n ei nodi
setup-sheet = Taflen adfer
setup-sheet-lead = Ysgrifennwch y 24 gair hyn ar bapur, yn y drefn hon. Dim ond nawr y dangosir hwy.
setup-sheet-keep = Gall pwy bynnag sydd â nhw siarad dros eich cymuned. Clowch y daflen i ffwrdd, a pheidiwch â'i hanfon at neb.
setup-sheet-square = Yr un geiriau fel sgwâr, i gamera ar y diwrnod y bydd eu hangen.
setup-sheet-done = Rwyf wedi'u hysgrifennu
setup-check = Dau air, os gwelwch yn dda
setup-check-lead = Edrychwch ar eich papur.
setup-word = Gair rhif { $n }
    .missing = Ysgrifennwch y gair hwn.
setup-word-wrong = Gair arall yw hwn. Edrychwch ar eich papur.
setup-words-again = Dangoswch y geiriau eto
setup-found = Dechrau
setup-failed = Ni weithiodd. Rhowch gynnig arall arni. Os yw'n methu eto, dangoswch y llinell nesaf i rywun a all helpu.
setup-unnamed = Mae rhywbeth ar goll. Dechreuwch eto gyda'r enw.
setup-technical = Beth mae'r cyfrifiadur yn ei ddweud:
setup-no-right = Chaiff Kith ddim ysgrifennu yn ei ffolder. Gadewch iddo ysgrifennu yno, yna rhowch gynnig arall arni.
setup-in-use = Mae Kith arall yn defnyddio'r ffolder hwn. Stopiwch ef, yna rhowch gynnig arall arni.
setup-address-used = Mae rhaglen arall yn defnyddio'r un cyfeiriad. Stopiwch hi, yna rhowch gynnig arall arni.
setup-not-empty = Mae rhywbeth yn y ffolder hwn yn barod. Dechreuwch Kith gyda ffolder arall.
setup-coming-back = Mae cymuned arall yn dod yn ôl yma. Arhoswch nes ei bod yno.
setup-done = Mae eich cymuned yno
setup-done-code = Eich cod mewngofnodi yw { $code }. Mae'n gweithio unwaith.
setup-done-next = Mewngofnodwch, ac ychwanegwch eich aelodau cyntaf.

# Post i gymunedau sydd i ffwrdd
mail = Post i'r rhai sydd i ffwrdd
mail-lead = Efallai na fydd dwy gymuned byth ar-lein gyda'i gilydd. Gall cymuned y mae'r ddwy'n ei hadnabod gadw eu post, wedi'i selio, am dri deg diwrnod.
mail-seen = Mae pwy bynnag sy'n cadw'r post yn gweld oddi wrth bwy y mae, i bwy a pha mor hir yw. Ni all neb arall ei agor.
mail-with = Post gyda { $name }
mail-choice = A gaiff ein post aros yno, a'u post nhw yma?
mail-on = Caiff
mail-off = Na chaiff

# Copïau y mae partneriaid yn eu cadw
escrow = Copïau gyda phartneriaid
escrow-lead = Gall partner gadw copi o'r gymuned hon. Gyda'r 24 gair daw popeth yn ôl.
escrow-seen = Mae pwy bynnag sy'n cadw copi yn gweld ei faint. Dim ond eich 24 gair sy'n ei agor.
escrow-with = Copïau gyda { $name }
escrow-we-keep = A ydym ni'n cadw copïau iddyn nhw?
    .hint = Ar ôl na, caiff y copi yma ei ddileu ar unwaith.
    .missing = Dewiswch ie neu na.
escrow-they-keep = A ydyn nhw'n cadw copïau i ni?
    .hint = Gall dau bartner wneud hynny. Ar ôl na, maen nhw'n dileu'r copi yno.
    .missing = Dewiswch ie neu na.
escrow-on = Ie
escrow-off = Na
escrow-here = Eu copi nhw, yma
escrow-room = Lle i'w copi nhw
escrow-there = Ein copi ni, yno
escrow-none = Dim eto
escrow-copy = { $day } am { $time }, { $size }
escrow-kilobytes = { $n } kB
escrow-megabytes = { $n } MB
escrow-not-agreed = Nid ydyn nhw wedi cytuno eto i gadw copïau i ni.
escrow-not-heard = Nid yw eu cyfrifiadur wedi ateb eto. Daw'r copi ar ei ben ei hun.
escrow-overdue = Mae'r copi dros wythnos oed, neu ni chafodd ei wneud. Ydy eu cyfrifiadur ymlaen?
escrow-problem = Ni weithiodd y cynnig olaf. Caiff ei wneud eto ar ei ben ei hun.
escrow-too-large = Mae'r gymuned hon yn rhy fawr bellach i gael copi gyda phartner.
escrow-newer = Maen nhw'n cadw copi mwy newydd na'r un a adferwyd yma. Ni chaiff ei newid heboch chi.
escrow-claimed = Gofynnwyd amdano gyda'u 24 gair
escrow-claimed-ask = Ffoniwch nhw os na ddywedon nhw wrthych chi.
escrow-now = Anfon copi atyn nhw nawr
escrow-paper = I'w ysgrifennu wrth ymyl eich 24 gair
escrow-paper-lead = Ar ôl colled, mae kith restore --from-partners yn gofyn yma am eich copi.
escrow-no-address = Nid yw eu cyfeiriad yn hysbys eto.
refused-keepers = Mae dau bartner yn cadw copïau i chi eisoes. Gorffennwch gydag un yn gyntaf.
refused-owners = Rydych chi'n cadw copïau i lawer o bartneriaid. Gorffennwch gydag un yn gyntaf.
today-escrow = Copïau gyda phartneriaid
today-escrow-claimed = Ar { $day } gofynnwyd am eu copi yma gyda'u 24 gair. A ddywedon nhw wrthych chi?

## Cydlynwyr: cyfnewidiadau nad ydynt yn iawn, a'r hyn mae'r pot yn ei roi yn y cyfamser
dispute = Mae rhywbeth o'i le rhyngom
dispute-we = Ni
dispute-open = Siarad amdano gyda'r partner
dispute-open-lead = Mae'r ddwy gymuned yn ei weld. Does dim yn newid nes i chi'ch dau gytuno.
dispute-look = Gweld beth a ddywedir
dispute-say = Ysgrifennu atynt
dispute-say-lead = Eu cydlynwyr sy'n ei ddarllen, a neb arall. Nid yw mewn unrhyw lyfr. Gadewch allan yr hyn nad oes angen iddynt ei wybod.
dispute-text = Beth hoffech chi ei ddweud?
    .missing = Ysgrifennwch beth hoffech chi ei ddweud.
dispute-close = Awgrymu sut mae'n gorffen
dispute-close-lead = Pan fydd y ddwy gymuned yn awgrymu'r un peth, mae drosodd, ac mae'r ddau lyfr yn dweud hynny.
dispute-outcome = Sut dylai orffen?
    .missing = Dewiswch sut dylai orffen.
dispute-stands = mae'n aros fel y mae
dispute-given-back = rhoddir yr oriau yn ôl
dispute-set-aside = mae'n cael ei roi o'r neilltu
dispute-remind = Fy atgoffa
dispute-remind-lead = Daw i frig eich rhestr ar y diwrnod hwnnw.
dispute-when = Pryd?
    .missing = Dewiswch pryd.
dispute-tomorrow = Yfory
dispute-week = Mewn wythnos
dispute-month = Mewn pedair wythnos
dispute-exchange = Gweld y cyfnewid
dispute-opens = Nid yw hyn yn iawn: { $why }
dispute-suggests = Gadewch i ni ei orffen fel hyn: { $outcome }
dispute-suggested = Byddai { $who } yn cytuno: { $outcome }.
dispute-not-sent = yn aros nes bod { $who } yno
dispute-our-turn = { $who } a ysgrifennodd ddiwethaf, { $day }.
dispute-their-turn = Yn aros am { $who } ers { $day }.
dispute-due = Mae'n bryd edrych arno eto.
dispute-look-again = Edrychwch arno eto ar { $day }, neu ffoniwch { $who }.
dispute-ended = Cytunwyd gan y ddwy gymuned, { $day }: { $outcome }.
dispute-ended-more = Mae yn y ddau lyfr. Os rhoddir oriau yn ôl, pwy bynnag a'u talodd sy'n gofyn amdanynt.
advance = Gadael i'r pot dalu nawr
advance-lead = Mae'r oriau gan yr aelod ar unwaith. Mae'r hyn mae'r partner yn ei dalu wedyn yn mynd i'r pot.
advance-end = Penderfynu am yr oriau
advance-end-lead = Dywedodd y partner na. Mae oriau ein pot gan yr aelod.
advance-what = Beth ddaw o'r oriau?
advance-keep = Mae'r aelod yn eu cadw, fel rhodd
advance-take-back = Mae'r pot yn eu cymryd yn ôl

you = Chi
key = Allwedd bersonol
key-lead = Mae allwedd bersonol yn llofnodi'r hyn rydych yn cytuno iddo. Eich dyfais sy'n ei chadw, ac ni all neb arall ei defnyddio.
key-lost = Os collwch y ddyfais, ffoniwch gydlynydd. Byddant yn tynnu'r hen allwedd, a byddwch yn gwneud un newydd.
key-none = Nid oes gennych allwedd. Mae mewngofnodi'n ddigon i'r rhan fwyaf.
key-yours = Mae eich allwedd yn dechrau gyda
key-here = Mae hi ar y ddyfais hon.
key-make = Gwneud allwedd ar y ddyfais hon
key-cannot = Ni all y porwr hwn wneud allwedd yma. Mae angen sgriptiau, a chyfeiriad sy'n dechrau gyda https.
key-other = Rwy'n cadw fy allwedd mewn rhaglen arall
key-other-how = Mae'r rhaglen “kith” yn gwneud allweddi hefyd. Teipiwch hyn yno, a chopïwch yr hyn mae'n ei ddangos.
key-public = Yr allwedd gyhoeddus
key-give-up = Rhoi'r gorau i fy allwedd
key-check = O hyn ymlaen yr allwedd hon sy'n llofnodi drosoch chi.
key-check-none = O hyn ymlaen nid oes gennych allwedd. Mae mewngofnodi'n ddigon eto.
key-take = Defnyddio'r allwedd hon
key-new = Mae'r allwedd yn dechrau gyda
key-signs-here = Mae'r ddyfais hon yn ei lofnodi gyda'ch allwedd bersonol.
key-elsewhere = Llofnodi gydag allwedd sydd yn rhywle arall
key-elsewhere-how = Teipiwch hyn yn y rhaglen “kith”, lle mae eich allwedd. Copïwch y llinell olaf mae'n ei dangos.
key-signature = Llofnod eich allwedd
key-proof = Llofnod yr allwedd newydd
key-begins = Gan yr allwedd sy'n dechrau gyda
done-key = Mae eich allwedd wedi newid.
done-key-next = Mae'r llyfr yn ei ddangos, felly ni all neb ei wneud y tu ôl i'ch cefn.
agreed = Sut y cytunwyd
agreed-key = Llofnodwyd gydag allwedd bersonol
agreed-session = Mewngofnododd, a dweud ie
agreed-helper = Wedi mewngofnodi, trwy { $who }
agreed-paper = Ar bapur, trwy { $who }
agreed-phone = Dros y ffôn, trwy { $who }
agreed-in-person = Wyneb yn wyneb, trwy { $who }
a-coordinator = gydlynydd
refused-key-moved = Newidiwyd yr allwedd yn y cyfamser. Edrychwch arni eto.
refused-key-needed = Mae gennych allwedd ar ddyfais arall. Llofnodwch yno, neu gofynnwch i gydlynydd.
refused-key-unproven = Nid yw'r allwedd newydd wedi llofnodi. Gwnewch hi ar y ddyfais hon, neu teipiwch ei llofnod.
refused-not-a-key = Nid allwedd gyhoeddus yw hon. Copïwch y 64 llythyren a rhif i gyd.
refused-wrong-signature = Nid yw'r llofnod yn ffitio. Copïwch y cyfan, a rhowch gynnig arall arni.
