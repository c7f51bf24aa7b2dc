## Cylchoedd
circles = Cylchoedd
circles-lead = Stryd, grŵp neu raglen yw cylch.
circles-rule = Mae'r rhai sy'n gofalu am gylch yn gweld ei aelodau ac yn gweithredu drostynt. Dim ond cydlynwyr sy'n ychwanegu pobl.
circles-none = Does dim cylch eto.
circles-not-yours = Dydych chi ddim mewn cylch.
home-circle = Gofalu am { $circle }
circle-line = { $circle }, { $people }
circle-new = Creu cylch
circle-make = Ei greu
circle-name = Beth yw ei enw?
    .hint = Fel “Rhes y Llwyfen” neu “Cerddwyr dydd Llun”.
    .missing = Ysgrifennwch ei enw.
circle-same-name = Mae cylch â'r enw hwn yn barod. Dewiswch un arall.
circle-full = Mae'r cylch hwn yn llawn. Crëwch un arall.
circle-rename = Rhoi enw arall iddo
circle-back = Yn ôl i'r cylch
circle-led-by = Pwy sy'n gofalu amdano
circle-members = Pwy sydd ynddo
circle-nobody = Neb eto
circle-lead = Gallwch wneud pethau dros ei aelodau. Dangosir y ddau enw bob tro.
circle-yours = Gall y rhai sy'n gofalu amdano weld eich tudalen a gwneud pethau drosoch. Cewch adael unrhyw bryd.
people-in-circle = { $n ->
    [0] Does neb yn y cylch hwn.
    [one] Mae 1 person yn y cylch hwn.
   *[other] Mae { $shown } o bobl yn y cylch hwn.
}
circle-write = Ysgrifennu at y cylch hwn
circle-add = Ychwanegu rhywun
circle-add-to = Ychwanegu rhywun at { $circle }
circle-add-button = Ychwanegu
circle-who = Pwy yw e?
    .hint = Yr enw, neu sut mae'n dechrau.
    .missing = Ysgrifennwch enw.
circle-part = Eu rhan
circle-is-in = Yn y cylch
circle-looks-after = Yn gofalu am y cylch
circle-let-lead = Gadael iddynt ofalu amdano
circle-lead-no-more = Ddim yn gofalu amdano mwyach
circle-take-out = Eu tynnu o'r cylch
circle-not-in = Maen nhw'n gofalu am y cylch, heb fod ynddo.
circle-leave = Gadael y cylch hwn
circle-end = Dod â'r cylch i ben
circle-end-named = Dod â chylch { $circle } i ben?
circle-end-lead = Mae ei aelodau'n aros gyda ni. Fydd neb yn gofalu amdanynt fel cylch mwyach.
done-circle-ended = Daeth y cylch i ben
done-circle-ended-next = Mae ei aelodau'n aros gyda ni.
done-circle-left = Rydych chi allan o'r cylch
done-circle-left-next = All neb ohono wneud pethau drosoch nawr.

## Grwpiau
group = Nodi grŵp
group-of = Nodi grŵp: { $circle }
group-lead = Mae pawb a oedd yno yn rhoi'r un amser i bwy bynnag a arweiniodd.
group-shorter = Arhosodd rhywun am lai? Nodwch nhw ar wahân.
group-leader = Pwy arweiniodd?
    .hint = Pwy ddysgodd, goginiodd neu ddangosodd y ffordd.
    .missing = Ysgrifennwch pwy arweiniodd.
group-leader-outside = Dewiswch rywun o'r cylch hwn, neu chi eich hun.
group-there = Pwy oedd yno?
    .missing = Ticiwch y rhai a oedd yno.
group-names = Pwy oedd yno?
    .hint = Un enw ar bob llinell.
    .missing = Ysgrifennwch pwy oedd yno, un enw ar bob llinell.
group-nobody = Pwy arall oedd yno? Ychwanegwch o leiaf un person.
group-too-many = Mae lle i { $most } o bobl ar y mwyaf. Nodwch y lleill ar wahân.
group-length = Pa mor hir oedd e?
    .hint = Fel 1:30 neu 45 min.
    .missing = Ysgrifennwch pa mor hir oedd e.
group-note = Beth oedd e?
    .hint = Ychydig eiriau, fel “Gwneud bara”. Cewch ei adael yn wag.
group-double = Mae rhywbeth tebyg yno am y dydd hwn. Ticiwch hwn os yw'n un arall.
group-shares = Mae pob un yn rhoi { $each }. Mae pwy arweiniodd yn cael { $earned }. Mae'r pot yn cael { $pot }.
group-shares-all = Mae pob un yn rhoi { $each }. Mae pwy arweiniodd yn cael { $earned }.
group-count = Oedd yno
group-leader-is = Arweiniwyd gan
group-button = Ei nodi
slips-group = { $n ->
    [one] Grŵp o 1 person.
   *[other] Grŵp o { $shown } o bobl.
}
slips-group-kept = { $n ->
    [one] Wedi'i nodi i 1 person. Gallwch ei ddadwneud tan yfory.
   *[other] Wedi'i nodi i { $shown } o bobl. Gallwch ei ddadwneud tan yfory.
}
done-group = Mae'r grŵp wedi'i nodi
done-group-next = Gall cydlynydd ei ddadwneud tan yfory.
attendance = Taflen bresenoldeb
attendance-of = Taflen i { $circle }
attendance-lead = Argraffwch hon, a gadewch i bawb lofnodi. Yna nodwch hi fel grŵp.
attendance-what = Beth yw e
attendance-name = Enw
attendance-minutes = Munudau
attendance-sign = Llofnod

## Yr hyn a ddywedir wrth bawb
notice = Hysbysiad
notices = Hysbysiadau
notices-lead = Mae'r rhain ar y tudalennau cyntaf ac ymhlith y negeseuon.
notices-none = Does dim hysbysiad ar hyn o bryd.
notice-new = Ysgrifennu at bawb
notice-lead = Maen nhw'n ei weld ar eu tudalen gyntaf ac ymhlith eu negeseuon. Gallwch ei argraffu hefyd.
notice-to = I bwy mae e?
notice-all = Pawb
notice-text = Eich geiriau
    .missing = Ysgrifennwch rywbeth.
notice-stands = Am faint dylai aros?
stands-two-weeks = Pythefnos
notice-check = Gall pob un ohonynt ddarllen hwn. Peidiwch ag ysgrifennu dim preifat.
notice-mail = Ei anfon drwy e-bost hefyd
    .hint = Mae'n mynd at y rhai sy'n cael y llythyr wythnosol.
notice-mail-soon = Bydd yn mynd drwy e-bost cyn bo hir.
notice-mail-sent = { $n ->
    [0] Nid yw wedi mynd at neb drwy e-bost.
    [one] Mae wedi mynd at 1 person drwy e-bost.
   *[other] Mae wedi mynd at { $shown } o bobl drwy e-bost.
}
notice-mail-waits = { $n ->
    [one] Mae 1 llythyr yn dal i aros.
   *[other] Mae { $shown } llythyr yn dal i aros.
}
notice-paper = Mae angen copi papur ar y rhain:
notice-paper-more = { $n ->
    [one] ac 1 arall
   *[other] a { $shown } arall
}
notice-button = Ei anfon
notice-done = Mae wedi'i anfon
notice-done-next = Maen nhw'n ei weld wrth ddod i mewn. Argraffwch ef i'r lleill.
notice-open = Agor hwn
notice-line = { $day }: { $text }
notice-signed = { $by }, { $day }. Mae'n aros tan { $until }.
notice-drop = Ei dynnu i lawr

## Yr wythnos, a llythyrau drwy e-bost
week = Yr wythnos hon
week-for = Yr wythnos hon i { $name }
week-lead = Beth sy'n newydd, beth sydd ar y gweill, a beth sy'n aros amdanoch.
week-no-address = Ychwanegwch eich e-bost o dan “Fi”, a gall ddod atoch.
week-could-come = Gall ddod atoch drwy e-bost bob dydd Llun.
week-comes = Mae'n dod atoch drwy e-bost bob dydd Llun.
week-notices = Gall hysbysiadau ddod drwy e-bost hefyd.
week-send = Ei hanfon ataf drwy e-bost
week-stop = Peidio â'i hanfon mwyach
week-board = I'r hysbysfwrdd. Nid yw'n enwi unrhyw aelod.
week-sheets = Taflen i bob aelod
week-sheets-lead = Un daflen i bob aelod nad yw'n ei chael drwy e-bost.
week-needs = Ceisiadau newydd
week-offers = Cynigion newydd
week-event = { $what }: { $day }, { $time }, { $place }
week-nothing = Does dim byd newydd yr wythnos hon. Gallech ofyn, neu gynnig rhywbeth.
behalf-week = Eu hwythnos, i'w hargraffu
letter-code-subject = Eich cod ar gyfer { $community }
letter-code = Helo { $name }

    Gofynnodd rhywun am god i fewngofnodi. Eich cod yw

    { $code }

    Mae'n gweithio unwaith, tan { $time }. Teipiwch ef ar y dudalen lle gofynnoch.
    Os nad chi oedd e, peidiwch â gwneud dim. Peidiwch â dweud y cod wrth neb.
letter-week-subject = Yr wythnos hon yn { $community }
letter-notice-subject = Hysbysiad gan { $community }
letter-week-stop = Gofynnoch am y llythyr hwn. Gallwch ei atal ar eich tudalen “Yr wythnos hon”.
sign-in-mail = Anfon cod ataf drwy e-bost
sign-in-mail-lead = Ysgrifennwch y cyfeiriad a roesoch i gydlynydd.
sign-in-mail-button = Anfon cod ataf
sign-in-have-code = Mae gen i god
sign-in-address = Eich cyfeiriad e-bost
    .missing = Ysgrifennwch eich cyfeiriad e-bost.
sign-in-no-address = Ysgrifennwch y cyfeiriad e-bost cyfan.
sign-in-mail-done = Edrychwch yn eich e-bost
sign-in-mail-next = Os ydym yn adnabod y cyfeiriad, mae cod ar ei ffordd. Mae'n gweithio am awr.
sign-in-mail-else = Dim byd wedi dod? Gofynnwch i gydlynydd am god ar bapur.
upload-lost = Ni chadwyd eich ffeil. Dewiswch hi eto.

## Backups
backup = Copïau wrth gefn
backup-lead = Bob dydd mae copi yn cael ei wneud ohono'i hun, wrth ymyl y llyfr.
backup-away = Ewch ag un oddi yma nawr ac yn y man. Cadwch ef mewn tŷ arall, rhag tân a lladrad.
backup-words = Dim ond y 24 gair ar eich papur sy'n ei agor.
backup-leave = Gall gwneud un gymryd munudau. Gallwch adael y dudalen hon, ac mae'n mynd ymlaen. Agorwch y dudalen hon eto i weld pa mor bell y mae.
    Edrychwch yma eto i weld pa mor bell y mae.
backup-last = Yr un diwethaf
backup-none = Dim un eto
backup-button = Gwneud un a mynd ag ef
backup-now = Mae un yn cael ei wneud
grant = Sut rydym yn mynd ymlaen
grant-list-lead = Newidiwch faint o oriau ar y blaen y caiff partner fod, cymerwch seibiant, neu dewch â hi i ben.
grant-with = Sut rydym yn mynd ymlaen gyda { $name }
grant-lead = Chi sy'n newid yr hyn y mae ein cymuned yn ei roi. Nhw sy'n newid yr hyn y mae eu cymuned nhw yn ei roi.
grant-before = Mae'r hyn a ysgrifennwyd o'r blaen yn dal i gael ei setlo. Maent yn clywed cyn gynted ag y maent yno.
grant-way = Cyfnewidiadau newydd
grant-both = Y ddwy ffordd
grant-give = Rydym yn eu helpu, nid ydynt yn ein helpu
grant-receive = Maent yn ein helpu, nid ydym yn eu helpu
grant-pause = Dim am nawr
grant-end = Dim mwy: dod â'r bartneriaeth i ben
grant-they-give = Maent yn ein helpu, ac nid ydynt yn cymryd help am nawr.
grant-they-receive = Maent yn cymryd help, ac nid ydynt yn rhoi dim am nawr.
grant-they-pause = Maent yn cymryd seibiant o gyfnewidiadau newydd.
grant-they-ended = Daethant â'r bartneriaeth i ben.
rebuild = Darllen y llyfr eto
rebuild-lead = Mae Kith yn cadw rhestrau o'r hyn sydd yn y llyfr, fel bod tudalennau'n dod yn gyflym. A oes rhywbeth ar goll ar dudalen? Yna trefnwch fod y rhestrau'n cael eu gwneud eto.
rebuild-safe = Does dim yn mynd ar goll, ac mae'r llyfr yn aros fel y mae.
rebuild-away = Ni all neb ddefnyddio Kith tra bydd yn darllen. Mae hynny'n cymryd eiliad, neu ychydig funudau gyda llyfr trwchus. Mae pob tudalen yn dangos pa mor bell y mae.
rebuild-button = Ei ddarllen eto nawr
rebuild-begun = Mae Kith yn darllen y llyfr eto
rebuild-next = Cewch adael y dudalen hon. Pan fydd Kith yn barod, bydd pob tudalen yno eto.
waiting = Mae Kith yn paratoi
waiting-words = Mae'n darllen y llyfr oriau. Mae'r dudalen hon yn edrych eto ohoni'i hun. Cewch ei gadael hefyd.
waiting-lost = Ni allai Kith dderbyn yr hyn a anfonoch, gan ei fod yn paratoi. Ewch yn ôl mewn eiliad, a'i anfon eto.

## What stands between two communities
sheet = Oriau rhyngom
sheet-lead = Yr holl oriau rhyngom, gyda'r ddau lofnod.
sheet-with = Oriau rhyngom ni a { $name }
sheet-since = Ers
sheet-beginning = Y dechrau
sheet-exchanges = Cyfnewidiadau
sheet-ours = Cawsom ni help
sheet-theirs = Cawson nhw help
sheet-now = Fel mae hi
sheet-even = Cyfartal
sheet-received = Cawsom ni { $hours } yn fwy o help
sheet-given = Cawson nhw { $hours } yn fwy o help
sheet-waits = Yn aros am ateb
sheet-last = Y cyfnewidiadau diwethaf
sheet-line = { $day }: { $what }, { $hours }
sheet-back-ours = Rhoesom oriau yn ôl
sheet-back-theirs = Rhoeson nhw oriau yn ôl
sheet-file = Y ffeil i bawb ei gwirio
sheet-evidence-lead = Maen nhw wedi llofnodi dau beth na all y ddau fod yn wir. Mae'r ffeil hon yn ei brofi.
sheet-evidence = Y prawf, fel ffeil

## Popeth, i fynd gyda chi
export = Mynd â phopeth gyda chi
export-lead = Un ffeil â phopeth sy'n eiddo i ni: aelodau, cynigion, ceisiadau, oriau, digwyddiadau, cylchoedd a rheolau.
export-formats = Mae unrhyw daenlen yn agor ei thablau. Mae'r llyfr wedi'i lofnodi ynddi hefyd.
export-keep = Mae enwau a rhifau ffôn ynddi. Cadwch hi'n ddiogel, a dilëwch hi wedyn.
export-not = Nid yw negeseuon preifat na nodiadau am aelodau ynddi.
export-leave = Gall ei gwneud gymryd munudau. Gallwch adael y dudalen hon, ac mae'n mynd ymlaen. Agorwch y dudalen hon eto i weld pa mor bell y mae.
export-now = Mae'n cael ei gwneud
export-button = Gwneud y ffeil

## Y siarter, a newidiadau a groesodd
charter = Ein siarter
charter-lead = Ein rheolau ni ein hunain yw'r rhain. Mae cydlynwyr yn eu newid gyda'i gilydd.
charter-rail-hours = Awr yw awr, beth bynnag a wnewch.
charter-rail-money = Dim arian na phrisiau, i neb.
charter-rail-goods = Help am help. Ni werthir pethau yma.
charter-rail-expiry = Nid yw oriau'n dod i ben, ac nid oes raid i neb eu rhoi yn ôl.
charter-benefits-warning = Ydych chi'n cael budd-daliadau, neu'n talu treth? Gofynnwch yn gyntaf beth sydd angen ei ddweud.
charter-organisations = Sawl awr o help ymlaen llaw gaiff sefydliad?
    .missing = Ysgrifennwch nifer o oriau.
charter-ceiling = Sawl awr gaiff rhywun ar y mwyaf?
    .hint = Gadewch ef yn wag os nad oes terfyn.
charter-no-ceiling = Dim terfyn
charter-longest = Pa mor hir gaiff un cyfnewid fod?
    .hint = Mewn oriau, fel 8.
    .missing = Ysgrifennwch nifer o oriau.
charter-limit-wrong = Ysgrifennwch oriau cyfan, fel 40, neu 40:30.
charter-group = Beth mae arweinydd grŵp yn ei gael?
    .missing = Dewiswch un.
charter-group-once = Yr amser ei hun. Mae'r gweddill yn mynd i'r pot.
charter-group-all = Amser pawb a oedd yno
charter-benefits = Beth a ddywedwn am fudd-daliadau a threth
    .hint = Pwy i'w holi yma, a beth ddywedon nhw. Cewch ei adael yn wag.
charter-change = Newid y siarter
charter-change-lead = Mae rheolau newydd mewn grym o hyn ymlaen. Mae'r hyn a nodwyd yn aros fel y mae.
charter-check = Llofnodir y rheolau hyn yn ein llyfr, i bawb eu gweld.
charter-button = Ei rhoi mewn grym
done-charter = Newidiwyd y siarter
done-charter-next = Mae mewn grym o hyn ymlaen.
stale = Newidiodd rhywun hwn yn y cyfamser
stale-lead = Does dim o'ch gwaith ar goll. Edrychwch ar y ddau, a dewiswch.
stale-what = Beth
stale-theirs = Fel y mae nawr
stale-mine = Fel yr ysgrifennoch chi
stale-use-mine = Defnyddio'r hyn a ysgrifennais
stale-keep-theirs = Ei adael fel y mae nawr
listing-change = Newid y geiriau
listing-change-not = Ei adael fel y mae

## Pwy sy'n gweld faint o oriau a roddodd ac a gafodd rhywun
balances = Pwy sy'n gweld faint o oriau a roddodd ac a gafodd rhywun?
    .hint = Os nad oes neb, nid yw terfynau ar oriau ymlaen llaw yn cyfrif.
    .missing = Dewiswch pwy sy'n ei weld.
balances-shown = Nhw a'n cydlynwyr
balances-hidden = Dim ond nhw eu hunain
balances-gifts = Neb. Rhodd yw ein help, a dydyn ni ddim yn cadw cyfrif.
balances-hidden-rule = Chi sy'n gweld faint o oriau a roesoch ac a gawsoch, a neb arall.
balances-gifts-rule = Rhodd yw help yma, a does neb yn cadw cyfrif. Nid yw terfynau ar oriau ymlaen llaw yn cyfrif.
balances-book = Mae ein llyfr yn cadw'r holl oriau. Gall pwy bynnag sy'n rhedeg ein cyfrifiadur, neu'n cadw popeth, eu darllen yno.
balances-not-now = { $limit }, ond nid yw'n cyfrif am y tro
standing-hidden = Dim ond nhw eu hunain sy'n gweld eu horiau.
standing-gifts = Rhodd yw help yma. Does neb yn cadw cyfrif.
home-thanks = Diolch am eleni
home-thanks-given = Rydych wedi helpu am { $hours }. Diolch!
home-thanks-received = Mae eraill wedi eich helpu am { $hours }. Rhodd oedd hynny.

## Gofyn am gael ymuno, a cheisiadau sy'n aros
join = Gofyn am gael ymuno
join-lead = Dywedwch pwy ydych chi. Bydd cydlynydd yn eich ffonio neu'n ysgrifennu atoch.
join-who-reads = Dim ond cydlynwyr sy'n darllen hwn. Maen nhw'n ei anghofio ar ôl ateb.
join-text = Am beth mae pobl yn diolch i chi?
    .hint = Mae gan bawb rywbeth. Cewch ei adael yn wag.
join-no-contact = Ysgrifennwch rif ffôn neu gyfeiriad e-bost.
join-button = Ei anfon
join-too-many = Gofynnodd gormod o bobl nawr. Ffoniwch ni, neu rhowch gynnig arall wedyn.
join-done = Mae eich neges gyda ni
join-done-next = Bydd cydlynydd yn cysylltu â chi, yn aml o fewn wythnos.
join-read-lead = Ffoniwch nhw. Yna ychwanegwch nhw, neu dywedwch wrthynt pam na chânt ymuno.
join-not = Nid ydynt yn ymuno; anghofio'r hyn a ysgrifennwyd
today-applications = Pobl sy'n gofyn am gael ymuno
today-application = Mae { $name } yn gofyn am gael ymuno
today-unanswered = Ceisiadau nad oes neb wedi'u hateb
today-unanswered-since = Ar y bwrdd ers { $day }. Ysgrifennodd neb amdano.
today-more = Trefnu pethau
today-matches = Pwy allai helpu
today-ask = { $name }: { $title }
today-could-help = Gallai helpu: { $who }
today-fits = { $name } ({ $why })
today-fits-phone = { $name }, { $phone } ({ $why })
today-look = Edrych arno
today-place = { $first } i { $last } o { $all }.

## Beth wnaeth ffurflen
news-circle-made = Mae'r cylch wedi'i greu
news-circle-made-next = Nawr ychwanegwch ei aelodau cyntaf.
news-circle-name = Mae gan y cylch ei enw newydd
news-circle-name-next = Mae ei aelodau'n ei weld ar unwaith.
news-circle-in = Maen nhw yn y cylch
news-circle-in-next = Gallwch ychwanegu rhagor o bobl.
news-circle-leads = Maen nhw'n gofalu am y cylch
news-circle-leads-next = Maen nhw'n gweld ei aelodau ac yn gallu gwneud pethau drostyn nhw.
news-circle-no-lead = Dydyn nhw ddim yn gofalu am y cylch mwyach
news-circle-no-lead-next = Allan nhw wneud dim byd mwy dros ei aelodau.
news-circle-out = Maen nhw allan o'r cylch
news-circle-out-next = Maen nhw'n aros yn aelod o'n cymuned.
news-reference = Mae'r enw yn y ffeil
news-reference-next = Gall pob cydlynydd ei ddarllen.
news-fact = Mae yn y ffeil
news-fact-next = Mae'n dod yn ôl ar restr y dydd cyn iddo ddod i ben.
news-fact-gone = Mae allan o'r ffeil
news-fact-gone-next = Ychwanegwch ef eto pan welwch ef o'r newydd.
news-note = Mae'r nodyn yn y ffeil
news-note-next = Dim ond y rhai sy'n cael darllen nodiadau sy'n ei weld.
news-reader = Gallan nhw ddarllen nodiadau nawr
news-reader-next = Maen nhw'n eu gweld yn ffeil pob aelod.
news-rang = Mae eich galwad wedi'i nodi
news-rang-next = Maen nhw oddi ar y rhestr am dri mis.
news-event = Mae'r digwyddiad ar y rhestr
news-event-next = Gall pawb ei weld yma ac yn eu calendr.
news-event-changed = Mae'r digwyddiad wedi'i newid
news-event-changed-next = Bydd calendrau'n ei ddangos cyn bo hir. Dywedwch wrth y rhai sydd am ddod.
news-event-off = Mae'r digwyddiad wedi'i ganslo
news-event-off-next = Dywedwch wrth y rhai a oedd am ddod.
news-picture = Mae'r llun wedi'i ychwanegu
news-picture-next = Mae pawb sy'n gweld hwn yn gweld y llun.
news-picture-gone = Mae'r llun wedi mynd
news-picture-gone-next = Gallwch ychwanegu un arall.
news-listing = Mae eich newid wedi'i gadw
news-listing-next = Bydd cymunedau eraill yn clywed amdano.
news-notice-gone = Mae'r hysbysiad wedi'i dynnu i lawr
news-notice-gone-next = Does neb yn ei weld yma mwyach. Tynnwch y rhai papur i lawr hefyd.
news-mail = Mae eich dewis am bost wedi'i gadw
news-mail-next = Dim ond pan fydd y ddwy gymuned yn cytuno y mae post yn aros yno.
news-copies = Mae eich dewis am gopïau wedi'i gadw
news-copies-next = Dim ond pan fydd y ddwy gymuned yn cytuno y mae copïau'n mynd.
news-copy = Gofynnwyd am gopi
news-copy-next = Mae'n mynd ohono'i hun. Edrychwch yma eto cyn hir.
news-grant = Mae eich newid wedi'i gadw
news-grant-next = Maen nhw'n clywed cyn gynted ag y byddan nhw yno.
news-rest = Mae'r gorffwys wedi'i nodi
news-rest-next = Ni anfonir neb atyn nhw tan hynny. Byddan nhw'n gweld mai chi wnaeth hyn.
news-rest-over = Mae'r gorffwys ar ben
news-rest-over-next = Gellir gofyn iddyn nhw am help eto. Byddan nhw'n gweld mai chi wnaeth hyn.
news-same-charter = Mae ein siarter yn dweud hynny'n barod
news-same-charter-next = Gwnaeth rhywun arall yr un newid. Mae'n dal o hyn ymlaen.
news-week-comes = Bydd eich wythnos yn dod drwy e-bost
news-week-comes-next = Daw'r nesaf ar ddydd Llun. Gallwch roi'r gorau iddi yma unrhyw bryd.
news-week-stops = Dyw eich wythnos ddim yn dod drwy e-bost mwyach
news-week-stops-next = Gallwch ei darllen yma unrhyw bryd o hyd.
news-comes = Da iawn, rydych chi'n dod
news-comes-next = Mae'r cydlynwyr yn gweld eich enw. Dim ond faint sy'n dod mae eraill yn ei weld.
news-comes-not = Dydych chi ddim yn dod wedi'r cyfan
news-comes-not-next = Mae eich enw wedi mynd o'r rhestr. Gallwch ei roi yn ôl.
news-put-right = Mae wedi'i gywiro
news-put-right-next = Mae'r rhai a gymerodd ran yn ei weld. Os oedd cwestiwn, mae wedi'i ateb.
news-heard = Mae eich cwestiwn wedi'i ateb
news-heard-next = Fel hyn mae hi nawr. Os yw'n dal yn anghywir, gofynnwch unwaith eto.
news-look = Mae'ch dewis wedi'i gadw
news-look-next = Mae'r ddyfais hon yn ei gofio. Gallwch ei newid ar ben pob tudalen.
news-talk = Mae'r sgwrs ar agor
news-talk-next = Bydd eu cydlynwyr yn ei gweld cyn gynted ag y byddan nhw yno. Daw eu hateb ar eich rhestr.
news-talk-said = Mae eich geiriau wedi'u nodi
news-talk-said-next = Bydd eu cydlynwyr yn eu darllen cyn gynted ag y byddan nhw yno. Daw eu hateb ar eich rhestr.
news-talk-end = Mae eich awgrym wedi'i nodi
news-talk-end-next = Mae drosodd pan fydd y ddwy gymuned yn awgrymu'r un peth. Does dim yn newid tan hynny.
news-talk-day = Mae'r diwrnod wedi'i nodi
news-talk-day-next = Daw i frig eich rhestr ar y diwrnod hwnnw.
news-pot-gave = Rhoddodd y pot yr oriau
news-pot-gave-next = Mae'r oriau gan yr aelod nawr. Mae'r hyn mae'r partner yn ei dalu wedyn yn mynd i'r pot.
news-pot-left = Mae'r aelod yn cadw'r oriau
news-pot-left-next = Mae oddi ar y rhestr. Does dim angen i chi wneud dim mwy.
news-pot-back = Mae'r oriau yn ôl yn y pot
news-pot-back-next = Mae oddi ar y rhestr. Dywedwch wrth yr aelod, os gwelwch yn dda.
