## Círculos
circles = Círculos
circles-lead = Un círculo es una calle, un grupo o un programa.
circles-rule = Quien cuida de un círculo ve a sus miembros y actúa por ellos. Solo quien coordina añade personas.
circles-none = Todavía no hay ningún círculo.
circles-not-yours = No está en ningún círculo.
home-circle = Cuidar de { $circle }
circle-line = { $circle }, { $people }
circle-new = Crear un círculo
circle-make = Crearlo
circle-name = ¿Cómo se llama?
    .hint = Por ejemplo «Calle del Olmo» o «Paseos del lunes».
    .missing = Escriba cómo se llama.
circle-same-name = Ya hay un círculo con este nombre. Elija otro.
circle-full = Este círculo está lleno. Cree otro.
circle-rename = Darle otro nombre
circle-back = Volver al círculo
circle-led-by = Quién cuida de él
circle-members = Quién está en él
circle-nobody = Nadie todavía
circle-lead = Puede hacer cosas por sus miembros. Siempre se ven los dos nombres.
circle-yours = Quien cuida de él puede ver su página y hacer cosas por usted. Puede salir cuando quiera.
people-in-circle = { $n ->
    [0] No hay nadie en este círculo.
    [one] Hay 1 persona en este círculo.
   *[other] Hay { $shown } personas en este círculo.
}
circle-write = Escribir a este círculo
circle-add = Añadir a alguien
circle-add-to = Añadir a alguien a { $circle }
circle-add-button = Añadir
circle-who = ¿Quién es?
    .hint = Su nombre, o cómo empieza.
    .missing = Escriba un nombre.
circle-part = Su papel
circle-is-in = Está en el círculo
circle-looks-after = Cuida del círculo
circle-let-lead = Que cuide del círculo
circle-lead-no-more = Ya no cuida del círculo
circle-take-out = Sacar del círculo
circle-not-in = Cuida del círculo y no está en él.
circle-leave = Salir de este círculo
circle-end = Cerrar este círculo
circle-end-named = ¿Cerrar el círculo { $circle }?
circle-end-lead = Sus miembros siguen con nosotros. Ya nadie cuida de ellos como círculo.
done-circle-ended = El círculo se ha cerrado
done-circle-ended-next = Sus miembros siguen con nosotros.
done-circle-left = Ha salido del círculo
done-circle-left-next = Ya nadie de él puede hacer cosas por usted.

## Grupos
group = Anotar un grupo
group-of = Anotar un grupo: { $circle }
group-lead = Quienes estuvieron dan el mismo tiempo a quien lo dirigió.
group-shorter = ¿Alguien se quedó menos tiempo? Anótelo aparte.
group-leader = ¿Quién lo dirigió?
    .hint = Quien enseñó, cocinó o guió.
    .missing = Escriba quién lo dirigió.
group-leader-outside = Elija a alguien de este círculo, o a usted.
group-there = ¿Quién estuvo?
    .missing = Marque a quienes estuvieron.
group-names = ¿Quién estuvo?
    .hint = Un nombre en cada línea.
    .missing = Escriba quién estuvo, un nombre en cada línea.
group-nobody = ¿Quién más estuvo? Añada al menos a una persona.
group-too-many = Caben como mucho { $most } personas. Anote a las demás aparte.
group-length = ¿Cuánto duró?
    .hint = Por ejemplo 1:30 o 45 min.
    .missing = Escriba cuánto duró.
group-note = ¿Qué fue?
    .hint = Unas palabras, como «Hacer pan». Puede dejarlo vacío.
group-double = Ya hay algo parecido ese día. Marque esto si es otro.
group-shares = Cada persona da { $each }. Quien dirigió recibe { $earned }. El fondo común recibe { $pot }.
group-shares-all = Cada persona da { $each }. Quien dirigió recibe { $earned }.
group-count = Estuvieron
group-leader-is = Dirigido por
group-button = Anotarlo
slips-group = { $n ->
    [one] Un grupo de 1 persona.
   *[other] Un grupo de { $shown } personas.
}
slips-group-kept = { $n ->
    [one] Anotado para 1 persona. Puede deshacerlo hasta mañana.
   *[other] Anotado para { $shown } personas. Puede deshacerlo hasta mañana.
}
done-group = El grupo está anotado
done-group-next = Quien coordina puede deshacerlo hasta mañana.
attendance = Hoja de asistencia
attendance-of = Hoja para { $circle }
attendance-lead = Imprímala y que firmen todos. Después anótelo como grupo.
attendance-what = Qué es
attendance-name = Nombre
attendance-minutes = Minutos
attendance-sign = Firma

## Lo que se dice a todos
notice = Aviso
notices = Avisos
notices-lead = Se ven en las primeras páginas y entre los mensajes.
notices-none = Ahora no hay ningún aviso.
notice-new = Escribir a todos
notice-lead = Lo ven en su primera página y entre sus mensajes. También se puede imprimir.
notice-to = ¿Para quién es?
notice-all = Todos
notice-text = Sus palabras
    .missing = Escriba algo.
notice-stands = ¿Cuánto tiempo debe estar?
stands-two-weeks = Dos semanas
notice-check = Todos ellos pueden leerlo. No escriba nada privado.
notice-mail = Enviarlo también por correo electrónico
    .hint = Llega a quienes reciben la carta de la semana.
notice-mail-soon = Sale por correo electrónico en un momento.
notice-mail-sent = { $n ->
    [0] No ha salido para nadie por correo electrónico.
    [one] Ha salido para 1 persona por correo electrónico.
   *[other] Ha salido para { $shown } personas por correo electrónico.
}
notice-mail-waits = { $n ->
    [one] 1 carta espera todavía.
   *[other] { $shown } cartas esperan todavía.
}
notice-paper = Lo necesitan en papel:
notice-paper-more = { $n ->
    [one] y 1 más
   *[other] y { $shown } más
}
notice-button = Enviarlo
notice-done = Está enviado
notice-done-next = Lo ven al entrar. Imprímalo para quien no entra.
notice-open = Abrirlo
notice-line = { $day }: { $text }
notice-signed = { $by }, { $day }. Está hasta el { $until }.
notice-drop = Quitarlo

## La semana y las cartas por correo
week = Esta semana
week-for = Esta semana para { $name }
week-lead = Lo nuevo, lo previsto y lo que le espera.
week-no-address = Añada su correo electrónico en «Yo» y podrá llegarle.
week-could-come = Puede llegarle por correo electrónico cada lunes.
week-comes = Le llega por correo electrónico cada lunes.
week-notices = También pueden llegarle avisos por correo electrónico.
week-send = Enviármela por correo electrónico
week-stop = No enviarla más
week-board = Para el tablón. No nombra a ningún miembro.
week-sheets = Una hoja para cada miembro
week-sheets-lead = Una hoja para cada miembro que no la recibe por correo electrónico.
week-needs = Peticiones nuevas
week-offers = Ofertas nuevas
week-event = { $what }: { $day }, { $time }, { $place }
week-nothing = No hay nada nuevo esta semana. Podría pedir u ofrecer algo.
behalf-week = Su semana, para imprimir
letter-code-subject = Su código para { $community }
letter-code = Hola, { $name }

    Alguien pidió un código para entrar. Su código es

    { $code }

    Vale una vez, hasta las { $time }. Escríbalo en la página donde lo pidió.
    Si no fue usted, no haga nada. No diga a nadie este código.
letter-week-subject = Esta semana en { $community }
letter-notice-subject = Un aviso de { $community }
letter-week-stop = Usted pidió esta carta. Puede pararla en su página «Esta semana».
sign-in-mail = Enviarme un código por correo electrónico
sign-in-mail-lead = Escriba la dirección que dio a quien coordina.
sign-in-mail-button = Enviarme un código
sign-in-have-code = Tengo un código
sign-in-address = Su correo electrónico
    .missing = Escriba su correo electrónico.
sign-in-no-address = Escriba la dirección entera.
sign-in-mail-done = Mire su correo
sign-in-mail-next = Si conocemos esta dirección, un código va hacia allí. Vale una hora.
sign-in-mail-else = ¿No llegó nada? Pida a quien coordina un código en papel.
upload-lost = Su archivo no se guardó. Elíjalo otra vez.

## Backups
backup = Copias de seguridad
backup-lead = Cada día se hace sola una copia, junto al libro.
backup-away = Llévese una de vez en cuando. Guárdela en otra casa, por si hay fuego o robo.
backup-words = Solo la abren las 24 palabras de su papel.
backup-leave = Hacer una puede tardar minutos. Puede dejar esta página: el trabajo sigue. Abra de nuevo esta página para ver cuánto falta.
    Vuelva a mirar aquí para ver cuánto falta.
backup-last = La última
backup-none = Ninguna todavía
backup-button = Hacer una y llevársela
backup-now = Se está haciendo una
grant = Cómo seguimos
grant-list-lead = Cambie cuántas horas de ventaja puede llevar una comunidad amiga, haga una pausa o termine.
grant-with = Cómo seguimos con { $name }
grant-lead = Usted cambia lo que da nuestra comunidad. Ellos cambian lo que da la suya.
grant-before = Lo que se apuntó antes se salda igual. Se enteran en cuanto estén ahí.
grant-way = Intercambios nuevos
grant-both = En los dos sentidos
grant-give = Les ayudamos, no nos ayudan
grant-receive = Nos ayudan, no les ayudamos
grant-pause = Ninguno por ahora
grant-end = Ninguno más: terminar la colaboración
grant-they-give = Nos ayudan y por ahora no reciben ayuda.
grant-they-receive = Reciben ayuda y por ahora no dan.
grant-they-pause = Hacen una pausa en los intercambios nuevos.
grant-they-ended = Terminaron la colaboración.
rebuild = Leer el libro de nuevo
rebuild-lead = Kith guarda listas de lo que hay en el libro, para que las páginas salgan rápido. ¿Falta algo en una página? Entonces mande hacer las listas de nuevo.
rebuild-safe = No se pierde nada, y el libro queda como está.
rebuild-away = Nadie puede usar Kith mientras lee. Tarda un momento, o unos minutos si el libro es grueso. Cada página muestra cuánto falta.
rebuild-button = Leerlo de nuevo ahora
rebuild-begun = Kith lee el libro de nuevo
rebuild-next = Puede dejar esta página. Cuando Kith esté listo, estarán otra vez todas las páginas.
waiting = Kith se prepara
waiting-words = Lee el libro de horas. Esta página vuelve a mirar sola. También puede dejarla.
waiting-lost = Kith no pudo recibir lo que envió, porque se prepara. Vuelva atrás dentro de un momento y envíelo otra vez.

## What stands between two communities
sheet = Horas entre las dos
sheet-lead = Todas las horas entre las dos, con ambas firmas.
sheet-with = Horas con { $name }
sheet-since = Desde
sheet-beginning = El principio
sheet-exchanges = Intercambios
sheet-ours = Nos ayudaron
sheet-theirs = Les ayudamos
sheet-now = Cómo está
sheet-even = Igual
sheet-received = Nos ayudaron { $hours } más
sheet-given = Les ayudamos { $hours } más
sheet-waits = Esperan respuesta
sheet-last = Los últimos intercambios
sheet-line = { $day }: { $what }, { $hours }
sheet-back-ours = Devolvimos horas
sheet-back-theirs = Devolvieron horas
sheet-file = El archivo que cualquiera puede comprobar
sheet-evidence-lead = Firmaron dos cosas que no pueden ser ciertas a la vez. Este archivo lo prueba.
sheet-evidence = La prueba, en un archivo

## Todo, para llevar
export = Llevarse todo
export-lead = Un archivo con todo lo nuestro: miembros, ofertas, peticiones, horas, actos, círculos y normas.
export-formats = Cualquier hoja de cálculo abre sus tablas. También está el libro firmado.
export-keep = Tiene nombres y teléfonos. Guárdelo bien y bórrelo cuando acabe.
export-not = No están los mensajes privados ni las notas sobre miembros.
export-leave = Hacerlo puede tardar minutos. Puede dejar esta página: el trabajo sigue. Abra de nuevo esta página para ver cuánto falta.
export-now = Se está haciendo
export-button = Hacer el archivo

## El estatuto, y cambios que se cruzaron
charter = Nuestras normas
charter-lead = Son nuestras propias normas. Quienes coordinan las cambian en común.
charter-rail-hours = Una hora es una hora, haga lo que haga.
charter-rail-money = Sin dinero y sin precios, para nadie.
charter-rail-goods = Ayuda por ayuda. Aquí no se venden cosas.
charter-rail-expiry = Las horas no caducan y nadie tiene que devolverlas.
charter-benefits-warning = ¿Recibe ayudas o paga impuestos? Pregunte antes qué debe comunicar.
charter-organisations = ¿Cuántas horas de ayuda puede recibir por adelantado una organización?
    .missing = Escriba un número de horas.
charter-ceiling = ¿Cuántas horas puede tener alguien como mucho?
    .hint = Déjelo vacío si no hay límite.
charter-no-ceiling = Sin límite
charter-longest = ¿Cuánto puede durar un intercambio?
    .hint = En horas, por ejemplo 8.
    .missing = Escriba un número de horas.
charter-limit-wrong = Escriba horas enteras, como 40, o 40:30.
charter-group = ¿Qué recibe quien dirige un grupo?
    .missing = Elija una opción.
charter-group-once = El tiempo que duró. El resto va al fondo común.
charter-group-all = El tiempo de todas las personas que estuvieron
charter-benefits = Qué decimos sobre ayudas e impuestos
    .hint = A quién preguntar aquí y qué dijo. Puede dejarlo vacío.
charter-change = Cambiar las normas
charter-change-lead = Las normas nuevas valen desde ahora. Lo anotado queda como está.
charter-check = Estas normas se firman en nuestro libro, a la vista de todos.
charter-button = Que valgan desde ahora
done-charter = Las normas han cambiado
done-charter-next = Valen desde ahora.
stale = Alguien cambió esto mientras tanto
stale-lead = No se pierde nada de lo suyo. Mire ambos y elija.
stale-what = Qué
stale-theirs = Como está ahora
stale-mine = Como usted lo escribió
stale-use-mine = Usar lo que escribí
stale-keep-theirs = Dejarlo como está ahora
listing-change = Cambiar las palabras
listing-change-not = Dejarlo como está

## Quién ve cuántas horas dio y recibió alguien
balances = ¿Quién ve cuántas horas dio y recibió alguien?
    .hint = Si no lo ve nadie, los límites de horas por delante no cuentan.
    .missing = Elija quién lo ve.
balances-shown = Esa persona y la coordinación
balances-hidden = Solo esa persona
balances-gifts = Nadie. Nuestra ayuda es un regalo y no llevamos la cuenta.
balances-hidden-rule = Cuántas horas dio y recibió lo ve usted, y nadie más.
balances-gifts-rule = Aquí la ayuda es un regalo y nadie lleva la cuenta. Los límites de horas por delante no cuentan.
balances-book = Nuestro libro guarda todas las horas. Quien lleva nuestro ordenador o lo guarda todo puede leerlas allí.
balances-not-now = { $limit }, pero no cuenta por ahora
standing-hidden = Sus horas solo las ve esa persona.
standing-gifts = Aquí la ayuda es un regalo. Nadie lleva la cuenta.
home-thanks = Gracias por este año
home-thanks-given = Ha ayudado { $hours }. ¡Gracias!
home-thanks-received = Le han ayudado { $hours }. Fue un regalo.

## Pedir entrar, y peticiones que esperan
join = Pedir entrar
join-lead = Díganos quién es. Quien coordina le llamará o le escribirá.
join-who-reads = Solo lo lee quien coordina. Lo olvida cuando ha contestado.
join-text = ¿Qué le agradece la gente?
    .hint = Todo el mundo tiene algo. Puede dejarlo vacío.
join-no-contact = Escriba un teléfono o un correo electrónico.
join-button = Enviarlo
join-too-many = Ahora ha preguntado demasiada gente. Llámenos o pruebe más tarde.
join-done = Tenemos su mensaje
join-done-next = Quien coordina se pone en contacto con usted, a menudo en una semana.
join-read-lead = Llame a esta persona. Después añádala, o dígale por qué no.
join-not = No entra; olvidar lo que escribió
today-applications = Personas que piden entrar
today-application = { $name } pide entrar
today-unanswered = Peticiones que nadie ha contestado
today-unanswered-since = En el tablón desde: { $day }. Nadie ha escrito sobre ella.
today-more = Ajustes
today-matches = Quién podría ayudar
today-ask = { $name }: { $title }
today-could-help = Podría ayudar: { $who }
today-fits = { $name } ({ $why })
today-fits-phone = { $name }, { $phone } ({ $why })
today-look = Mirarla
today-place = De { $first } a { $last }, de { $all } en total.

## Lo que hizo un formulario
news-circle-made = El círculo está creado
news-circle-made-next = Ahora añada a sus primeros miembros.
news-circle-name = El círculo tiene su nuevo nombre
news-circle-name-next = Sus miembros lo ven enseguida.
news-circle-in = Ya está en el círculo
news-circle-in-next = Puede añadir a más personas.
news-circle-leads = Ahora cuida del círculo
news-circle-leads-next = Ve a sus miembros y puede hacer cosas por ellos.
news-circle-no-lead = Ya no cuida del círculo
news-circle-no-lead-next = No puede hacer nada más por sus miembros.
news-circle-out = Ya no está en el círculo
news-circle-out-next = Sigue siendo miembro de nuestra comunidad.
news-reference = El nombre está en la ficha
news-reference-next = Lo puede leer cada persona que coordina.
news-fact = Está en la ficha
news-fact-next = Vuelve a la lista del día antes de caducar.
news-fact-gone = Ya no está en la ficha
news-fact-gone-next = Añádalo otra vez cuando lo vea de nuevo.
news-note = La nota está en la ficha
news-note-next = Solo la ve quien puede leer notas.
news-reader = Ya puede leer las notas
news-reader-next = Las encuentra en la ficha de cada persona.
news-rang = Su llamada está anotada
news-rang-next = No vuelve a la lista en tres meses.
news-event = El acto está en la lista
news-event-next = Todo el mundo lo ve aquí y en su calendario.
news-event-changed = El acto está cambiado
news-event-changed-next = Los calendarios lo muestran pronto. Avise a quien quiera venir.
news-event-off = El acto está suspendido
news-event-off-next = Avise a quienes querían venir.
news-picture = La foto está añadida
news-picture-next = La ve quien ve este anuncio.
news-picture-gone = La foto ya no está
news-picture-gone-next = Puede añadir otra.
news-listing = Su cambio está guardado
news-listing-next = Otras comunidades lo sabrán.
news-notice-gone = El aviso está retirado
news-notice-gone-next = Ya nadie lo ve aquí. Retire también los de papel.
news-mail = Su decisión sobre el correo está guardada
news-mail-next = El correo solo espera allí si las dos comunidades dicen que sí.
news-copies = Su decisión sobre las copias está guardada
news-copies-next = Las copias solo salen si las dos comunidades dicen que sí.
news-copy = Se ha pedido una copia
news-copy-next = Sale por sí sola. Vuelva a mirar aquí dentro de un rato.
news-grant = Su cambio está guardado
news-grant-next = Lo sabrán en cuanto estén allí.
news-rest = El descanso está anotado
news-rest-next = Nadie le escribe hasta entonces. La persona ve que lo hizo usted.
news-rest-over = El descanso ha terminado
news-rest-over-next = Se le puede pedir ayuda otra vez. La persona ve que lo hizo usted.
news-same-charter = Nuestras normas ya lo dicen
news-same-charter-next = Otra persona hizo el mismo cambio. Vale desde ahora.
news-week-comes = Su semana llegará por correo electrónico
news-week-comes-next = La próxima llega un lunes. Puede pararlo aquí cuando quiera.
news-week-stops = Su semana ya no llega por correo electrónico
news-week-stops-next = Puede seguir leyéndola aquí cuando quiera.
news-comes = Muy bien, usted viene
news-comes-next = Quienes coordinan ven su nombre. Los demás solo ven cuántas personas vienen.
news-comes-not = Al final no viene
news-comes-not-next = Su nombre ya no está en la lista. Puede volver a apuntarse.
news-put-right = Está corregido
news-put-right-next = Lo ve quien participó. Si había una pregunta, está contestada.
news-heard = Su pregunta está contestada
news-heard-next = Así está ahora. Si todavía no está bien, pregunte otra vez.
news-look = Su elección está guardada
news-look-next = Este aparato la recuerda. Puede cambiarla arriba en cada página.
news-talk = La conversación está abierta
news-talk-next = Quienes coordinan allí la ven en cuanto estén. Su respuesta llega a su lista.
news-talk-said = Lo que escribió está anotado
news-talk-said-next = Quienes coordinan allí lo leen en cuanto estén. Su respuesta llega a su lista.
news-talk-end = Su propuesta está anotada
news-talk-end-next = Termina cuando las dos comunidades proponen lo mismo. Hasta entonces nada cambia.
news-talk-day = El día está anotado
news-talk-day-next = Ese día vuelve al principio de su lista.
news-pot-gave = El fondo dio las horas
news-pot-gave-next = La persona ya las tiene. Lo que la otra comunidad pague después va al fondo.
news-pot-left = La persona se queda las horas
news-pot-left-next = Ya no está en la lista. No tiene que hacer nada más.
news-pot-back = El fondo ha recuperado las horas
news-pot-back-next = Ya no está en la lista. Avise a la persona, por favor.
