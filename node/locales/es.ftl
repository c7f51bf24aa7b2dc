## Números y tiempo
hours = { $n ->
    [one] { $shown } hora
   *[other] { $shown } horas
}
minutes = { $n ->
    [one] { $shown } minuto
   *[other] { $shown } minutos
}
days = { $n ->
    [one] { $shown } día
   *[other] { $shown } días
}
people = { $n ->
    [one] { $shown } persona
   *[other] { $shown } personas
}
people-found = { $n ->
    [0] Nadie
    [one] { $shown } persona
   *[other] { $shown } personas
}
organisations = { $n ->
    [one] { $shown } organización
   *[other] { $shown } organizaciones
}
hours-and-minutes = { $hours } y { $minutes }
and = { $one } y { $other }
less-than-a-minute = menos de un minuto
date = { $day } de { $month } de { $year }
today = hoy
yesterday = ayer
since = Desde: { $day }.
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
weekday-1 = el lunes
weekday-2 = el martes
weekday-3 = el miércoles
weekday-4 = el jueves
weekday-5 = el viernes
weekday-6 = el sábado
weekday-7 = el domingo

## Clases de ayuda
category-befriending = Compañía
category-garden = Jardín y mascotas
category-repairs = Arreglos
category-shopping = Compras
category-transport = Llevar y acompañar
category-food = Comida
category-learning = Aprender
category-technology = Teléfonos y ordenadores
category-advice = Papeles y consejos
category-care = Cuidados
category-making = Hacer cosas
category-places = Salas y actos
category-other = Otra ayuda

## Todas las páginas
skip = Ir a la parte principal
menu = Menú principal
menu-today = Hoy
menu-home = Inicio
menu-find = Buscar
menu-ask = Pedir
menu-offer = Ofrecer
menu-me = Yo
menu-members = Miembros
menu-slips = Vales
menu-partners = Comunidades amigas
menu-paper = Papel
on-this-page = En esta página
pages = Páginas
page-before = Página anterior
next-page = Página siguiente
foot-hand = ¿Necesita una mano?
foot-ask = Pregunte a quien coordina.
backup-overdue = Hace una semana que no se hizo una copia de seguridad. Quien coordina puede hacer una.
foot-saved = Todo está guardado.
foot-connected = { $n ->
    [0] Ahora no hay conexión con otras comunidades.
    [one] En conexión con 1 comunidad.
   *[other] En conexión con { $shown } comunidades.
}
foot-scripts = Esta página funciona sin programas en su navegador.
acting = Para { $member }, lo anota { $coordinator }.
go-on = Seguir
go-first-page = Ir a la primera página
try-again = Probar otra vez
change = Cambiar algo
save = Guardar
yes = Sí
no = No
not-given = Sin indicar
what-next = Qué pasa ahora
check = ¿Está bien así?
check-public = Todo el mundo puede leerlo. No ponga direcciones ni teléfonos.
check-inside = Lo pueden leer los miembros de aquí y de comunidades asociadas. No ponga direcciones ni teléfonos.
somebody = Alguien
somebody-of = Alguien de { $partner }
the-pot = el fondo común
a-group = un grupo
from-afar = A distancia
print-hint = Para imprimir, use el botón de imprimir de su navegador.
hours-label = Cuánto tiempo
behalf = En su nombre
channel = ¿Cómo se lo dijo?
channel-in-person = En persona
channel-phone = Por teléfono
channel-paper = En papel

## Aspecto
look = Idioma y tamaño de letra
look-short = Aa, idioma
look-language = Idioma
look-text = Tamaño de letra
look-usual = Normal
look-large = Grande
look-button = Guardar

## Cosas que arreglar
error-summary = Arregle esto primero, por favor
error-title = Error:
error-missing = Está vacío. Escriba o elija algo.
error-too-long = Es demasiado largo. Use { $most } letras o menos.
error-strange = Algunas letras no se pueden mostrar. Escríbalo otra vez.
error-length = Escriba cuánto tiempo, como 1:30 o 45 min.
error-day = Escriba otra vez el día, como 2026-05-31.
error-future = Elija hoy o un día anterior.
error-number = Escriba un número entero de { $least } a { $most }.
error-phone = Escriba el teléfono entero o déjelo vacío.
error-email = Escriba la dirección de correo entera o déjela vacía.

## Cuando algo va mal
oops-refused = Ahora no se puede hacer
oops-busy = Esta página no está lista
oops-busy-words = Hay mucho movimiento. No se pierde nada. Pruebe en un momento.
oops-disk = Algo falla en nuestro ordenador
oops-disk-words = No se pierde nada de lo guardado. Avise a quien coordina.
oops-retired = Esta copia fue entregada
oops-retired-words = La comunidad vive ahora en otro ordenador. Aquí ya no se escribe nada. Pida la nueva dirección a quien coordina.
oops-missing = No encontramos esta página
oops-missing-words = Puede que la dirección esté mal o que la página haya cambiado.
oops-not-yours = Esta página no es para usted
oops-not-yours-words = Solo la ven algunas personas. Quien coordina puede ayudar.
oops-stale = Abra otra vez esta página
oops-stale-words = Estuvo abierta demasiado tiempo. No ha cambiado nada.
oops-elsewhere = Esto vino de otro sitio
oops-elsewhere-words = Por seguridad, no hicimos nada.
oops-too-large = Es demasiado de una vez
oops-too-large-words = Escriba menos y envíelo otra vez.
oops-unreadable = No pudimos leerlo
oops-unreadable-words = Vuelva atrás y envíelo otra vez.
stopped-host = Esta no es nuestra dirección
stopped-host-ask = Pida la dirección correcta a quien coordina.
stopped-host-mend = ¿Es su ordenador? Escriba { $name } en allowed_hosts, en kith.toml. Después arranque Kith de nuevo.
stopped-slow = Esto tarda demasiado
stopped-slow-words = Puede que se haga de todos modos. Mire antes de enviarlo otra vez.
refused-bad-invitation = No es una invitación entera. Cópiela toda, desde KITH1 hasta el final.
refused-exchange-exists = Ya está anotado.
refused-exchange-too-long = Es más largo de lo que permite un intercambio aquí. Divídalo en dos.
refused-invitation-expired = Esta invitación es demasiado antigua. Pida otra.
refused-last-coordinator = Alguien tiene que coordinar. Dé antes ese papel a otra persona.
refused-member-ceiling = Son más horas de las que permiten nuestras normas. Dé algunas al fondo común.
refused-member-floor = Baja más de cero de lo que permiten nuestras normas. Quien coordina puede ayudar.
refused-member-left = Esta persona se ha ido. Quien coordina puede añadirla otra vez.
refused-not-a-party = Usted no participó en este intercambio.
refused-not-coordinator = Solo puede hacerlo quien coordina.
refused-not-correctable = Aquí no se puede cambiar. Quien coordina puede ayudar.
refused-not-waiting = Esto ya no espera a nadie.
refused-nothing-changes = Ya está así. No había nada que cambiar.
refused-other = Nuestras normas no lo permiten. Quien coordina puede ayudar.
refused-frozen = Por ahora no intercambiamos horas con esa comunidad. Quien coordina sabe más.
refused-not-reversible = Estas horas no se pueden devolver. Quien coordina puede ayudar.
refused-recovering = Esperamos a otra comunidad. Pregunte a quien coordina.
refused-unknown-dispute = Esta conversación ya terminó.
refused-later-copy = Funciona una copia más nueva de nuestro libro. Pregunte a quien coordina.
refused-partner-is-self = Esta invitación es nuestra. Envíela a otra comunidad.
refused-partnership-exchange-too-long = Es más largo de lo que acordaron las dos comunidades. Divídalo en dos.
refused-partnership-exists = Ya somos comunidades amigas.
refused-partnership-limit = Por ahora no quedan horas con esta comunidad. Quien coordina puede ayudar.
refused-partnership-paused = Nuestras dos comunidades hacen una pausa en este sentido. Quien coordina sabe más.
refused-partnership-ended = Nuestras dos comunidades terminaron su colaboración. Quien coordina sabe más.
refused-request-reused = Esto ya se envió con otras palabras. Mire lo anotado y empiece de nuevo.
refused-shelf-full = El tablón está lleno. Quite algo primero.
refused-unknown-exchange = No conocemos este intercambio.
refused-unknown-invitation = Esta invitación no se conoce o ya se usó. Pida otra.
refused-unknown-member = No conocemos a esta persona.
refused-with-oneself = Es la misma persona. Elija dos.
refused-not-advanceable = El fondo no puede adelantarlo. Quizá ya llegó.
refused-not-disputable = De esto no se puede hablar con ellos. Quizá ya está resuelto.
refused-pot-floor = El fondo no tiene tantas horas. Espere regalos, o a la otra comunidad.
refused-too-many-lines = Hay demasiado para un solo archivo. Elija un año.
refused-too-many-waiting = Ya hay demasiado de esto. Termine algo antes.

## Entrar
sign-in = Entrar
sign-out = Salir
sign-in-lead = Quien coordina le dio un código en papel. Vale una vez.
sign-in-lost = ¿Sin código, o lo perdió? Quien coordina le hace otro.
sign-in-code = Su código
    .hint = Diez letras y números, como BCDFG-HJKMN.
    .missing = Escriba el código de su papel.
sign-in-button = Entrar
sign-in-not-a-code = Un código tiene diez letras y números. Mire otra vez su papel.
sign-in-unknown = Este código ya se usó o es demasiado antiguo. Pida otro a quien coordina.
sign-in-too-often = Demasiados intentos. Espere diez minutos.
sign-in-first = Entre para ver esta página.
sign-in-kept = Entre para seguir. Guardamos lo que escribió.
sign-in-press = Entre para seguir. Hasta ahora no se ha hecho nada.
signed-in = Ya ha entrado
signed-in-kept = Lo que escribió sigue aquí.
signed-in-press = Hasta ahora no se ha hecho nada. Si todavía lo quiere, pulse ahora el botón.
passkeys = Entrar sin código
passkeys-lead = La próxima vez basta su cara, su dedo o el bloqueo de pantalla. Esto se llama llave de acceso. Se queda con usted. ¿Perdió un teléfono? Quite aquí su llave.
passkey-add = Añadir una llave de acceso
passkey-sign-in = Entrar con la cara, el dedo o el bloqueo de pantalla
passkey-phone = Añadida en un teléfono, { $since }. Último uso: { $seen }.
passkey-computer = Añadida en un ordenador, { $since }. Último uso: { $seen }.
passkey-phone-new = Añadida en un teléfono, { $since }. Aún sin usar.
passkey-computer-new = Añadida en un ordenador, { $since }. Aún sin usar.
passkey-remove = Quitarla
passkey-not-added = Su llave de acceso no se añadió
passkey-stopped = No ha cambiado nada. Puede probar otra vez, o usar un código.
passkey-failed = No ha funcionado. Abra otra vez esta página, o use un código.
passkey-known = Aquí ya tiene una llave de acceso. Puede entrar con ella.
passkey-again = Tardó demasiado, o llegó dos veces. Pruebe otra vez.
passkey-busy = Ahora entra demasiada gente. Espere unos minutos y pruebe otra vez.
passkey-unreadable = No podemos leer lo que envió su aparato. Pruebe otra vez, o use un código.
passkey-other-site = Su llave de acceso es para otra página. Abra esta: { $site }
passkey-nobody = Nadie tocó el aparato. Pruebe otra vez, y tóquelo cuando lo pida.
passkey-kind = No podemos usar esta clase de llave. Pruebe con otro aparato, o use un código.
passkey-unknown = No conocemos esta llave de acceso. Use un código. Después, añádala otra vez.
passkey-copied = Puede que alguien tenga una copia de esta llave. Use un código. Después, quítela y añada otra nueva.
passkey-full = Tiene { $count } llaves de acceso. Quite una y añada después esta.

## La página de la comunidad
public-welcome = Le damos la bienvenida a
public-lead = Aquí nos ayudamos entre vecinos. Una hora de ayuda es una hora, sea lo que sea.
public-join = Cómo participar
public-members = Miembros
public-exchanged = Ayuda compartida
public-entries = Anotaciones en nuestro libro
public-area = Zona en el mapa
public-geohash = un geohash
public-menu-offers = Ofertas
public-menu-needs = Peticiones
public-menu-partners = Comunidades amigas
public-menu-join = Participar
public-offers = Qué ofrece la gente
public-no-offers = Aún no hay nada en el tablón. ¿Por qué le dan las gracias? Dígalo a quien coordina.
public-offers-lead = Estas personas lo hacen con gusto.
public-needs = Qué pide la gente
public-no-needs = Ahora nadie pide ayuda. Pedir es bueno. Diga a quien coordina qué necesita.
public-needs-lead = ¿Podría ayudar con algo?
public-more = Hay más. Quien coordina puede enseñarle el resto.
public-partners = Comunidades amigas
public-no-partners = Aún no tenemos comunidades amigas. Toda la ayuda se queda cerca.
public-partners-lead = Nuestra gente ayuda a la suya, y la suya a la nuestra.
public-more-partners = { $n ->
    [one] Y 1 comunidad más.
   *[other] Y { $shown } comunidades más.
}
public-coordinators = { $n ->
    [one] Una persona coordina.
   *[other] { $shown } personas coordinan.
}
public-join-1 = Busque a quien coordina.
public-join-2 = Diga por qué le dan las gracias. Todo el mundo tiene algo que dar.
public-join-3 = Diga qué le ayudaría. Pedir es parte de esto.
public-join-4 = Quien coordina le añade, y puede empezar.
public-join-paper = ¿Sin ordenador ni teléfono? No pasa nada. Quien coordina lo anota por usted.
public-check = Compruébelo usted
public-check-lead = Esta nota firmada responde por todo nuestro libro de horas. Guarde una copia. Si alguien cambia una anotación antigua, ya no encajará.
public-no-check = Ahora no se puede mostrar la nota firmada. Quien coordina puede averiguar por qué.
public-no-names = En esta página no aparecen nombres de miembros.

## Comunidades amigas
partner-nameless = Una comunidad que aún no dijo su nombre
partner-connected = En conexión ahora.
partner-asleep = Su ordenador duerme; las horas esperarán.
partner-joining = Aceptamos su invitación. Aún no han firmado.
partner-refused = No aceptaron. Pídales otra invitación.
partner-even = Nuestra gente dio tanto como recibió.
partner-received = Nuestra gente recibió { $hours } más de lo que dio.
partner-given = Nuestra gente dio { $hours } más de lo que recibió.
partner-most-given = Como mucho { $hours } más dadas
partner-most-received = Como mucho { $hours } más recibidas
partner-undecided = { $n ->
    [one] 1 intercambio espera
   *[other] { $shown } intercambios esperan
}
partner-undecided-line = { $exchanges } su respuesta: { $hours } en total.
partner-oldest = El más antiguo espera desde hace { $span }.
partner-unconfirmed = { $n ->
    [one] 1 respuesta nuestra va de camino.
   *[other] { $shown } respuestas nuestras van de camino.
}
partner-asked = { $n ->
    [one] 1 petición nuestra espera a alguien de allí.
   *[other] { $shown } peticiones nuestras esperan a alguien de allí.
}
partner-comparing = Comparamos los dos libros. No se pierde nada.
partner-frozen = Su libro no concuerda consigo mismo. Quien coordina tiene la prueba.
partner-ended = Ya no somos comunidades amigas. Lo anotado antes se salda.
partner-break = Los nuevos intercambios hacen una pausa, en un sentido o en los dos.
partner-near-limit = Queda poco para un límite. Es hora de hablar.
partner-nothing-waits = Nada espera.

## La primera página
hello-morning = Buenos días, { $name }.
hello-afternoon = Buenas tardes, { $name }.
hello-evening = Buenas noches, { $name }.
standing-even = Ha dado tanta ayuda como la que tuvo.
standing-given = Ha dado { $hours } más de ayuda. ¿Y si pide algo?
standing-received = Le han ayudado { $hours }. Para eso están las horas.
home-ask = Pedir ayuda
home-offer = Ofrecer algo
home-record = Anotar horas
home-mine = Esto le espera a usted
home-mine-more = { $n ->
    [one] Y 1 más le espera a usted
   *[other] Y { $shown } más le esperan a usted
}
home-others = Esto espera a otras personas
home-others-more = { $n ->
    [one] Y 1 más espera a otras personas
   *[other] Y { $shown } más esperan a otras personas
}
home-look-and-say = Mirar y responder
home-look = Mirarlo
home-year = Sus horas de este año
home-given = Dadas: { $hours }.
home-received = Recibidas: { $hours }.
home-near = Nuevo en el tablón
home-nothing-near = Ahora no hay nada nuevo. Puede pedir u ofrecer algo.
home-find-more = Buscar más
told = { $giver } ayudó a { $receiver }: { $hours }
told-gave = Usted ayudó a { $receiver }: { $hours }
told-received = { $giver } le ayudó: { $hours }
told-back = { $receiver } devuelve { $hours } a { $giver }
told-gift = { $giver } dio { $hours } al fondo común
told-gift-gave = Dio { $hours } al fondo común

## Pedir y ofrecer
ask = Pedir ayuda
ask-lead = Pedir es bueno. Alguien ayudará con gusto.
ask-title = ¿Qué necesita?
    .hint = En pocas palabras, como «Ir al médico».
    .missing = Escriba en pocas palabras qué necesita.
ask-category = ¿Qué clase de ayuda es?
    .missing = Elija una clase de ayuda.
ask-text = Cuente un poco más
    .hint = ¿Cuándo y cuánto tiempo? Sin teléfono ni dirección, por favor. Puede dejarlo vacío.
ask-button = Publicarlo
offer = Ofrecer algo
offer-lead = ¿Por qué le dan las gracias? Eso es algo que ofrecer.
offer-title = ¿Qué le gustaría hacer?
    .hint = En pocas palabras, como «Arreglo bicicletas».
    .missing = Escriba en pocas palabras qué ofrece.
offer-category = ¿Qué clase de cosa es?
    .missing = Elija una clase.
offer-text = Cuente un poco más
    .hint = ¿Qué días le van bien? Sin teléfono ni dirección, por favor. Puede dejarlo vacío.
offer-button = Publicarlo
listing-remote = Se puede hacer por teléfono o a distancia
listing-public = Mostrarlo también en nuestra página pública
    .hint = Los miembros de aquí y de comunidades asociadas lo ven en todo caso.
listing-no-address = No ponga direcciones ni teléfonos.
listing-area = Dónde, más o menos
    .hint = Cópielo del mapa de su teléfono, como 51.45, -0.02. Solo guardamos un código de una zona de unos 5 km. Se muestra con lo demás. Puede dejarlo vacío.
when-aside = ¿Cuándo y dónde? Dígalo si quiere
when-days = ¿Qué días?
    .hint = Déjelo vacío si vale cualquier día.
when-parts = ¿A qué hora del día?
    .hint = Déjelo vacío si vale cualquier hora.
when-by = ¿Hasta qué día?
    .hint = Después de ese día ya no sale en la búsqueda.
when-every-day = Cada día
part-morning = mañana
part-afternoon = tarde
part-evening = noche
listing-when = Cuándo
listing-stands = ¿Cuánto tiempo se queda puesto?
ask-soon = ¿Para cuándo lo necesita?
ask-soon-today = Hoy
ask-soon-week = Esta semana
ask-soon-any = Cuando sea
stands-week = Una semana
stands-month = Un mes
stands-half = Medio año
posted-ask = Su petición está en el tablón.
posted-ask-next = Ya la ve la gente, y puede escribirle aquí. Quien coordina también puede ayudar.
posted-offer = Su oferta está en el tablón.
posted-offer-next = Ya la ve la gente, y puede escribirle aquí. Quien coordina también puede ayudar.
listing-offer = Oferta
listing-need = Petición
listing-who = Quién
listing-through = { $member }, por medio de { $who }
statement-through = lo anotó { $who }
statement-both = { $member } (lo anotó { $who })
listing-kind = Clase
listing-where = Dónde
listing-up = En el tablón
listing-until = Hasta el { $day }
listing-readers = Quién puede leerlo
listing-readers-all = Todo el mundo. También está en nuestra página pública.
listing-readers-members = Los miembros de aquí y de comunidades asociadas
listing-how = Cómo aceptarlo
listing-ring = Dígalo a quien coordina. Les pondrá en contacto.
listing-ring-other = Dígalo a quien coordina. Hablará con la otra comunidad.
listing-asleep = Su ordenador duerme. Puede leer esto y preguntar a quien coordina.
listing-open = Los miembros pueden responder. Entre, o pida unirse.
listing-record = Ya está hecho: anotar las horas
listing-withdraw = Quitarlo
withdraw = ¿Quitar «{ $title }»?
withdraw-lead = Nadie lo verá más. Siempre puede poner otro.
withdraw-button = Quitarlo

## Buscar
find = Buscar
find-words = ¿Qué busca?
find-what = Enseñarme
find-offers = Lo que ofrece la gente
find-needs = Lo que pide la gente
find-more = Elegir mejor
find-category = Qué clase
find-any = Cualquiera
find-place = Dónde
find-everywhere = En todas partes
find-here = Solo aquí
find-near = Cerca de mí
find-others = Otras comunidades
find-language = Idioma
find-any-language = Cualquier idioma
find-day = Día
find-any-day = Cualquier día
find-part = Hora del día
find-any-part = A cualquier hora
find-button = Buscar
find-hits = En el tablón
find-nothing = No encontramos nada así. Use menos palabras o pídalo.
why-words = Tiene las palabras: { $words }
why-skill = Va con lo que usted ofrece: { $category }
why-remote = Se puede hacer a distancia
why-here = En nuestra comunidad
why-km = A unos { $km } km
why-km-you = A unos { $km } km de usted
why-next = Muy cerca
why-there = En { $partner }
why-language = En { $language }
why-by = Se necesita ayuda hasta el { $day }
why-when = Buen momento: { $when }
why-when-unsaid = No dice cuándo: pregunte

## Anotar horas
record = Anotar horas
record-way = ¿Quién ayudó?
    .missing = Elija quién ayudó.
record-gave = Yo ayudé a alguien
record-received = Alguien me ayudó
record-where = ¿De dónde es la otra persona?
record-here = De aquí, de nuestra comunidad
record-who = ¿Quién fue?
    .hint = Su nombre. Si es de otra comunidad, su código.
    .missing = Escriba su nombre o su código.
record-which = ¿Cuál de estas personas fue?
    .missing = Elija una persona.
record-more-letters = Escriba al menos tres letras del nombre.
record-nobody = No conocemos a nadie llamado «{ $who }». Mire el nombre.
record-too-many = Hay muchas personas así. Escriba el nombre entero.
record-apart = Aquí no pueden anotar horas entre ustedes dos. Pídalo a quien coordina.
record-not-a-code = No es un código. Tiene 26 letras y números y está en su página «Yo».
record-hours-gave = Usted ayudó a { $name }
record-hours-received = Ayuda de { $name }
record-length = ¿Cuánto tiempo fue?
    .hint = Como 1:30 o 45 min.
    .missing = Escriba cuánto tiempo fue.
record-day = ¿Qué día fue?
    .hint = Déjelo vacío si fue hoy.
record-note = ¿Qué fue?
    .hint = Pocas palabras, como «Compras». Puede dejarlo vacío.
record-check-gave = Usted ayudó a
record-check-received = Quién le ayudó
record-button = Anotarlo
gift = Dar horas al fondo común
gift-lead = El fondo es de todos. Da horas a quien espera a otra comunidad.
gift-pot = Ahora hay en el fondo: { $hours }.
gift-pot-empty = Ahora no hay nada en el fondo.
gift-pot-gave = El fondo ha dado { $hours } más de lo que recibió.
gift-length = ¿Cuánto da?
    .hint = Como 1:30 o 45 min.
    .missing = Escriba cuánto da.
gift-check = Da { $hours } al fondo común. Gracias.
gift-button = Dar las horas

## Un intercambio
stand-waits = Espera el sí de { $who }. Desde: { $day }.
stand-waits-you = Espera su sí. Desde: { $day }.
stand-first = { $who } u otra persona que coordina lo mira antes. Es un primer intercambio.
stand-asked = Anotado. Espera a la otra persona de { $who }. Desde: { $day }.
stand-declined = Retirado. { $who } lo sabrá.
stand-on-hold = Anotado. Espera a { $who }. Desde: { $day }.
stand-answering = Anotado. { $who } lo sabrá.
stand-settled = Hecho. Cuenta desde: { $day }.
stand-corrected = Lo corrigió { $who }. Ahora cuenta { $hours }.
stand-undone = Lo corrigió { $who }. Ya no cuenta.
stand-refused = { $who } dijo que no. Las horas vuelven a usted.
stand-kept = Alguien de { $who } dijo que no. El fondo dio las horas y se quedan con la persona.
stand-advanced = Alguien de { $who } dijo que no. El fondo dio las horas. Quien coordina decide qué pasa con ellas.
stand-pot-gave = Nuestro fondo dio las horas mientras tanto.
stand-disputed = Quienes coordinan hablan de ello con { $who }.
stand-outcome = Las dos comunidades están de acuerdo: { $outcome }.
next-waits = Lo verá en su primera página. Usted no tiene que hacer nada.
next-partner = Llega solo, aunque tarde días. Usted no tiene que hacer nada.
next-refused = Quien coordina puede averiguar por qué.
next-settled = Las horas están en nuestro libro. No tiene que hacer nada más.
mile-told = Anotado: { $day }
mile-agreed = Las dos partes de acuerdo
mile-partner = Lo tiene { $partner }
mile-counts = Cuenta
mile-done = hecho
mile-open = pendiente
confirm-button = Sí, está bien
decline = Retirarlo
decline-link = No, no está bien
decline-lead = No contará. Nada más cambia.
decline-button = No cuenta
question = Algo no está bien
question-lead = Quien coordina lo mirará y le llamará.
question-button = Decirlo a quien coordina
question-reason = ¿Qué está mal?
    .missing = Elija qué está mal.
question-hours = Las horas están mal
question-never = No ocurrió
question-person = Fue otra persona
question-other = Otra cosa
back = Pedir que devuelvan las horas
back-lead = La otra persona dice sí o no en su casa. Hasta entonces no cambia nada.
back-button = Pedir que las devuelvan
correct = Corregirlo
correct-lead = No se borra nada. El cambio se anota debajo.
correct-button = Corregirlo
correct-what = ¿Qué es lo correcto?
    .missing = Elija qué es lo correcto.
correct-hours = Fue otro tiempo
correct-never = No ocurrió
correct-right = Está bien como está
correct-length = ¿Cuánto tiempo fue?
    .hint = Solo si el tiempo estaba mal, como 1:30.
    .missing = Escriba cuánto tiempo fue.

## Resumen de horas
statement = Resumen de horas
statement-empty = Aún no hay nada anotado.
statement-given = Dadas
statement-received = Recibidas
statement-older = Líneas anteriores
statement-newest = Las líneas más recientes
statement-more = Esto no es todo. Abra un mes para imprimirlo entero.
statement-months = Un mes, para imprimir
statement-month = { $month } de { $year }
statement-month-empty = No hay nada escrito en este mes.
statement-file = Guardar como archivo
statement-proofs = Un archivo que lo demuestra
statement-proof-lead = Cualquiera puede comprobar este archivo con el programa kith. Dice cuándo dio y recibió ayuda, y cuánto tiempo. No contiene nombres.
statement-proof = Todo
statement-proof-year = Solo { $year }
csv-day = Día
csv-what = Qué
csv-with = Con
csv-note = Nota
csv-minutes = Minutos
csv-entry = Anotación
csv-by = Anotado por
csv-more = Hay más; pregunte a quien coordina
entry-exchange = Ayuda
entry-group = Ayuda en grupo
entry-gift = Regalo al fondo común
entry-correction = Corrección
entry-opening = Traídas de antes
entry-hold = Ayuda de otra comunidad
entry-settle = La otra comunidad dijo que sí
entry-release = La otra comunidad dijo que no
entry-receive = Ayuda a otra comunidad
entry-recovered = Recuperado de su libro
entry-advance = Lo dio el fondo hasta que paguen
entry-advance-ended = Decidido sobre lo que dio el fondo
entry-dispute = Las dos comunidades acordaron sobre un intercambio
entry-left = Salida
entry-joined = Entrada
entry-role = Papel nuevo
entry-key = Clave propia
entry-other = Cambio

## Yo
me = Yo
me-lead = Esta página la ven usted y quienes coordinan. También quienes pueden actuar por usted.
me-name = Nombre
    .missing = Escriba el nombre.
me-phone = Teléfono
me-directory = Imprimir este teléfono en la guía de papel
    .hint = Allí lo leen todos los miembros. Puede cambiarlo cuando quiera.
me-in-directory = Teléfono en la guía de papel
me-email = Correo electrónico
me-area = Dónde vive, más o menos
    .hint = Cópielo del mapa de su teléfono, como 51.45, -0.02. Solo guardamos un código corto de la zona. Sirve para mostrarle lo que está cerca. Solo lo ven usted y quienes coordinan. Puede dejarlo vacío.
me-change = Cambiar mis datos
me-change-lead = Deje vacío lo que no quiera dar.
me-listings = Mis peticiones y ofertas
me-no-listings = No hay nada suyo en el tablón.
me-codes = Mis códigos
me-codes-lead = Dé el código a alguien de allí, para anotar horas con usted.
me-devices = Dónde he entrado
me-devices-lead = ¿Perdió un teléfono? Ciérrelo aquí.
me-leave-lead = Puede irse cuando quiera.
device-phone = Un teléfono, desde: { $since }. Último uso: { $seen }.
device-computer = Un ordenador, desde: { $since }. Último uso: { $seen }.
device-this = este
device-end = Cerrarlo
leave = Dejar la comunidad
leave-lead = Sentimos que se vaya. Siempre puede volver.
leave-hours = Sus horas pasan al fondo común.
leave-name = ¿Qué hacemos con su nombre?
    .missing = Elija qué hacemos con su nombre.
leave-forget = Olvidar mi nombre, teléfono y notas para siempre
leave-keep = Guardarlos, por si vuelvo
leave-not = No, me quedo
leave-sure = ¿Quiere irse de verdad?
leave-for-good = Lo que olvidamos no se puede recuperar.
forget-copies = Las copias de seguridad anteriores están selladas. Se borran a medida que llegan otras nuevas.
forget-public = Lo que se ofreció o se pidió se quita. Las palabras quedan en nuestros archivos, pero no de quién eran.
forget-talks = Nuestros archivos también guardan lo que dos comunidades se escribieron sobre un intercambio.
forget-others = Las notas y los avisos sobre otras personas quedan, aunque nombren a quien se fue.
leave-button = Irme ahora

## Hecho
done-withdrawn = Está quitado
done-withdrawn-next = Ya no lo ve nadie. Las otras comunidades lo sabrán.
done-declined = No cuenta
done-declined-next = No se añadió nada a las horas de nadie.
done-questioned = Quien coordina ya lo sabe
done-questioned-next = Lo mirará y le llamará. Hasta entonces queda como está.
done-saved = Sus datos están guardados
done-saved-next = No tiene que hacer nada más.
done-signed-out = Ese aparato está cerrado
done-signed-out-next = Necesita un código nuevo para volver a entrar.
done-out = Ha salido
done-out-next = Ahora nadie ve sus páginas en este aparato. Vuelva a entrar cuando quiera.
done-passkey = Su llave de acceso está añadida
done-passkey-next = La próxima vez no necesita código. Pulse el botón de cara, dedo o bloqueo de pantalla.
done-passkey-removed = Esa llave de acceso está quitada
done-passkey-removed-next = Ya no abre nada aquí. También puede borrarla en su aparato.
done-left = Se ha ido
done-left-next = Gracias por cada hora. La puerta queda abierta.
done-role = El papel ha cambiado
done-role-next = Verá sus páginas nuevas enseguida.
done-contact = Ya está en todas las páginas
done-contact-next = Cámbielo cuando se ocupe otra persona.
done-answered = La pregunta está respondida
done-answered-next = Ya no está en la lista.
done-first-yes = Está anotado
done-first-yes-next = Si los estatutos piden otro sí, ahora se pregunta a la otra persona.
done-first-no = No está anotado
done-first-no-next = Quien lo escribió tiene un mensaje suyo que dice qué era.
done-report-seen = El aviso ya no está en la lista
done-report-seen-next = Se guarda medio año con su nombre. Todavía puede llamar a las personas de las que trata.
done-application = La solicitud ya no está en la lista
done-application-next = Lo que escribió está olvidado. Con esto no ha entrado nadie.
done-taken-out = Se ha ido
done-taken-out-next = Sus horas quedan en el libro. Puede volver cuando quiera.
done-forgotten = El nombre está olvidado
done-forgotten-next = Las horas quedan en el libro, sin nombre.

## Coordinar: hoy
today-title = Qué hay que hacer hoy
today-members = { $n ->
    [one] 1 miembro.
   *[other] { $shown } miembros.
}
today-waiting = { $n ->
    [0] Nada espera un sí.
    [one] 1 intercambio espera un sí.
   *[other] { $shown } intercambios esperan un sí.
}
today-questions = { $n ->
    [0] Ninguna pregunta.
    [one] 1 pregunta.
   *[other] { $shown } preguntas.
}
today-asked = Alguien dice que no está bien
today-waits = Esperan un sí
today-partners = Entre comunidades
today-disputes = Para hablar con otras comunidades
today-advances = Lo dio el fondo y no vuelve
today-nothing = No hay nada que hacer
today-nothing-more = Buen día para llamar a alguien de quien no se sabe.
today-ring = Llame a { $name }: { $phone }.
today-question = { $who } dice: { $why }. { $phone }
today-act = Ayudar con esto
today-answer = Responder
today-partner = Mirarlo
contact = A quién llamar
contact-lead = Aparece al pie de todas las páginas.
contact-words = Nombre, teléfono y horario
    .hint = Como «Llame a Rosa, 020 7946 0000, martes y jueves».
    .missing = Escriba a quién llamar y cuándo.

## Coordinar: miembros
members-find = Nombre
members-open = Abrir
members-member = Miembro
members-coordinator = Coordina
members-organisation = Organización
members-left = Se fue
members-left-lead = Se fue. Su nombre y lo que se escribió sobre la persona siguen aquí.
members-left-forgotten = Se fue, y su nombre está olvidado.
members-forget = Olvidar su nombre
members-forget-lead = Hágalo cuando lo pida. Nadie puede recuperarlo.
members-forget-sure = ¿Olvidar a { $name } para siempre?
members-forget-what = Se van el nombre, el teléfono, los mensajes, las fotos y las notas. Las horas quedan, sin nombre.
members-person = Persona
members-kind = ¿Persona u organización?
members-admit = Añadir un miembro
members-admit-lead = Basta el nombre. Teléfono y correo ayudan a localizarle.
members-admit-button = Añadir a esta persona
members-same-name = Ya hay alguien con este nombre. ¿Es la misma persona?
members-admitted = Ya es miembro.
members-admitted-next = Haga un código para que pueda entrar. O anote las cosas por él o ella.
members-role = Cambiar el papel
members-role-of = El papel de { $name }
members-role-lead = Quien coordina añade miembros y anota cosas por otras personas.
members-role-choice = Papel
    .missing = Elija un papel.
code-make = Hacer un código para entrar
code-make-lead = Un código anterior sin usar deja de valer.
code-for = Código para { $name }
code-square = Un código cuadrado que abre la página para entrar
code-step-1 = Escanee el cuadrado con el teléfono o vaya a
code-step-1-here = Vaya a
code-step-2 = Escriba el código y pulse «Entrar».
code-step-3 = Vale una vez, hasta el { $day }.
code-keep = No lo enseñe a nadie. ¿Lo perdió? Pida otro.
code-lost-phone = ¿Se perdió un teléfono? Sigue abierto hasta que usted lo cierre.
code-back = Volver a { $name }
place-only-here = Esta dirección solo vale en este ordenador, así que no hay cuadrado para teléfonos.
slips-only-here = Estos cuadrados solo valen para fotos: su dirección solo vale en este ordenador.
place-for-phones = Para los teléfonos, escriba una dirección de estas páginas en kith.toml, bajo [http].
behalf-lead = Todo lo que haga aquí muestra los dos nombres.
behalf-home = Lo que le espera
behalf-ask = Pedir ayuda en su nombre
behalf-offer = Ofrecer algo en su nombre
behalf-record = Anotar horas en su nombre
behalf-statement = Su resumen, para leer o imprimir
behalf-me = Sus datos y aparatos
behalf-pause = Darle un descanso, o terminarlo
behalf-slips = Imprimir vales con su nombre
behalf-gift = Dar horas al fondo en su nombre
behalf-leave = Deja la comunidad

## Coordinar: vales
slips-lead = Bastan tres letras del nombre si solo hay una persona así. Deje el día vacío si fue hoy.
slips-giver = Quién ayudó
slips-receiver = A quién ayudó
slips-hours = Cuánto tiempo
slips-day = Día
slips-note = Qué
slips-button = Revisar estos vales
slips-send = Anotarlos todos
slips-no-name = Escriba un nombre.
slips-several = Hay varias personas así. Escriba el nombre entero.
slips-empty = No hay ningún vale. Rellene al menos una línea.
slips-double = Se parece a uno ya anotado: { $day }. Si es otro, marque la casilla.
slips-double-above = Se parece a la línea { $n }. Si es otro, marque la casilla.
slips-double-waits = Se parece a uno que espera un sí: { $day }. Si es otro, marque la casilla.
slips-anyway = Es otro
slips-count = { $n ->
    [one] 1 vale.
   *[other] { $shown } vales.
}
slips-kept = { $n ->
    [0] No se anotó ningún vale.
    [one] 1 vale anotado.
   *[other] { $shown } vales anotados.
}
slips-kept-next = Escriba aquí los siguientes. Hasta mañana puede deshacerlos abajo.
slips-left-next = Corrija los demás abajo y envíelos otra vez.
slips-undone = { $n ->
    [0] No quedaba nada que deshacer.
    [one] 1 vale deshecho.
   *[other] { $shown } vales deshechos.
}
slips-undone-next = Esas horas ya no cuentan. Los miembros ven el cambio en sus extractos.
slips-batches = Vales del último día
slips-batch = { $slips } Los anotó { $by }: { $day }.
slips-undo = Deshacer estos
scan = Escanear vales
scan-lead = Haga una foto de un vale o de varios. Los nombres se rellenan solos.
scan-camera = La cámara de un teléfono también abre un vale suelto.
scan-photo = Una foto de los vales
    .hint = Los cuadros deben verse nítidos y todos en la foto.
scan-code = O el código debajo de un cuadro
    .hint = Ocho letras y números, como 0104 0G20.
scan-button = Leerlos
scan-back = Volver a los vales
scan-none = Elija una foto o escriba un código.
scan-nothing = No hay ningún vale en esta foto. Acérquese, con más luz.
scan-unknown = Ningún vale tiene el código «{ $code }». Revíselo o escriba el nombre.
scan-stranger = Un vale de esta foto no es de nadie de aquí. Déjelo fuera y escríbalo.
paper-slips = Vales de papel
paper-directory = Quién es quién y qué ofrecemos
paper-statements = Resúmenes: abra antes a un miembro
statements = Resúmenes de todos, de un mes
statements-title = Resúmenes de { $month } de { $year }
statements-lead = Una hoja por cada miembro con algo en este mes.
statements-place = Miembros del { $first } al { $last }, de { $all }.
statements-none = Nadie tiene nada en este mes.
statements-earlier = El mes anterior
statements-later = El mes siguiente
statements-sum = Dadas: { $given }. Recibidas: { $received }.
directory-lead = Tiene los teléfonos de quienes han dicho que sí. Delo solo a miembros.
slip-giver = Quién ayudó:
slip-receiver = A quién ayudó:
slip-hours = Cuánto tiempo:
slip-day = Día:
slip-what = Qué:
slip-sign = Firma de quien recibió la ayuda:

## Coordinar: comunidades amigas
partners-invite = Invitar a una comunidad
partners-invite-lead = Acuerden antes los límites. Después dé la invitación a quien coordina allí.
partners-invite-button = Hacer la invitación
partners-ours = Horas que nuestra gente puede recibir por adelantado
    .missing = Escriba un número de horas.
partners-theirs = Horas que su gente puede recibir por adelantado
    .missing = Escriba un número de horas.
partners-accept = Aceptar una invitación
partners-accept-lead = Ponga aquí lo que le dio quien coordina la otra comunidad. Empieza por KITH1.
partners-accept-check = Acepte solo si los conoce. Cada parte puede perder como mucho estas horas.
partners-accept-button = Aceptar
partners-from = Invitación de
partners-until = Vale hasta
partners-text = La invitación
    .missing = Pegue aquí la invitación entera.
partners-accepted = Ha dicho que sí.
partners-accepted-next = Firman solos cuando nuestros ordenadores se encuentren.
invitation = Invitación para otra comunidad
invitation-lead = Désela a quien coordina allí y a nadie más. Vale una vez.
invitation-until = Vale hasta el { $day }.
invitation-square = La invitación como código cuadrado

## La primera vez
setup-closed = Esta página está cerrada
setup-closed-words = Abra el enlace de la terminal, en un solo navegador. Para otro enlace, arranque Kith de nuevo.
setup-welcome = Le damos la bienvenida a Kith
setup-lead = Unas preguntas, y su comunidad tiene su propio banco de tiempo.
setup-way-title = ¿Qué le gustaría hacer?
setup-way = Su comunidad
    .missing = Elija una opción.
setup-new = Empezar una comunidad nueva
setup-join = Empezar una nueva, con una invitación
setup-join-button = Está bien, seguir
setup-join-next = Primero empieza su propia comunidad. Después decimos que sí por usted.
setup-backup = Recuperar una de su copia de seguridad
setup-back-title = Recuperar su comunidad
setup-file-lead = Elija la copia de seguridad de su comunidad. La página siguiente pide sus 24 palabras.
setup-file = La copia de seguridad
    .hint = Un archivo cuyo nombre suele acabar en .age.
setup-file-button = Enviarla a este ordenador
setup-file-missing = Elija el archivo con la copia.
setup-file-other = No es una copia de Kith. Elija otro archivo.
setup-file-short = Falta el final de esta copia. Cópiela otra vez o elija una más antigua.
setup-file-changed = Esta copia fue cambiada, o le falta una parte. Elija otra, o una más antigua.
setup-file-newer = Un Kith más nuevo hizo esta copia. Instale antes el nuevo.
setup-file-large = Este archivo es demasiado grande. Puede tener { $most }. La terminal acepta más.
setup-file-again = Elegir otro archivo
setup-no-room = El disco de este ordenador está lleno. Haga sitio y pruebe otra vez.
setup-recovery-title = Las palabras de recuperación
setup-recovery-lead = La copia ya está aquí ({ $size }). Ahora necesita las palabras de su papel.
setup-recovery = Las 24 palabras
    .hint = En su orden, con espacios entre ellas. Los números no molestan.
    .missing = Escriba las 24 palabras.
setup-recovery-count = Aquí hay { $n } palabras. Tienen que ser 24.
setup-recovery-unknown = La palabra número { $n } no es ninguna de las que hay. Mire cómo se escribe.
setup-recovery-wrong = Una palabra es otra, o dos están cambiadas de sitio. Mire su papel.
setup-words-other = Son las palabras de otra comunidad. ¿Van juntos el papel y la copia?
setup-partners = Recuperar una con ayuda de sus socias
setup-partners-lead = Las comunidades que le guardan copias las dan a quien tiene las palabras.
setup-partners-button = Preguntarles
setup-addresses = Las direcciones de las otras comunidades
    .hint = Una en cada línea. Están en papel, junto a sus 24 palabras.
    .missing = Escriba al menos una dirección.
setup-addresses-many = Puede preguntar a { $most } a la vez. Quite algunas.
setup-address-wrong = No es la dirección de otra comunidad: { $address }. Cópiela entera.
setup-partner-away = Allí no contesta nadie. ¿Está encendido su ordenador?
setup-partner-nothing = No guardan ninguna copia para estas palabras.
setup-partner-later = Se les preguntó demasiadas veces. Espere una hora y pruebe otra vez.
setup-partner-bad = Su copia no está bien. Pregunte a otra comunidad.
setup-partner-other = Con esta no funcionó. Pregunte a otra comunidad.
setup-found-title = Lo que contiene
setup-found-name = Comunidad
setup-found-made = Hecha
setup-found-when = { $day } a las { $time }
setup-found-members = Miembros
setup-found-entries = Anotaciones en el libro
setup-found-partners = Comunidades socias
setup-found-size = Tamaño
setup-found-id = Su identificador
setup-found-checked = Hemos comprobado cada parte. Todo está bien.
setup-found-since = Lo que se anotó después no está dentro.
setup-found-handover = La copia anterior paró para siempre cuando se hizo esta.
setup-found-other = Hacer otra cosa
setup-who = ¿Quién es usted?
    .hint = Recibe un código para poder entrar.
    .missing = Elija su nombre.
setup-who-nameless = Coordinación número { $n }
setup-restore = Recuperarla
setup-working = Esto tarda un poco más
setup-looking = Comprobamos cada parte de la copia. Mientras tanto puede dejar esta página.
setup-asking = Preguntamos a las otras comunidades, una tras otra. Mientras tanto puede dejar esta página.
setup-restoring = Ponemos todo en su sitio. Mientras tanto puede dejar esta página.
setup-back = Su comunidad ha vuelto
setup-back-old = No arranque nunca más la copia anterior. Dos copias dirían cosas distintas.
setup-back-partners = Si hay comunidades socias, cada una dice antes qué vio por última vez. Hasta entonces no entra nada nuevo.
setup-back-since = Después mire qué falta desde que se hizo la copia.
setup-done-invited = Hemos dicho que sí a { $name } por usted.
setup-name-title = Su comunidad
setup-name = ¿Cómo se llama?
    .hint = Como lo dice la gente, por ejemplo «Rushey Green».
    .missing = Escriba el nombre de su comunidad.
setup-area = ¿Dónde está?
    .hint = Cópielo del mapa de su teléfono, como 51.45, -0.02. Solo guardamos la zona aproximada. Puede dejarlo vacío.
setup-area-wrong = Escriba dos números, como 51.45, -0.02. Déjelo vacío si no está seguro.
setup-zone = Zona horaria
    .hint = Las horas de las páginas la siguen. Escríbala como Europe/Madrid, o escriba una ciudad grande.
    .missing = Escriba una ciudad grande con su hora, como Madrid.
setup-zone-wrong = No conocemos esta. Escriba una ciudad grande con la misma hora, como Europe/Madrid.
setup-coordinator = Su nombre
    .hint = Usted es la primera persona que coordina.
    .missing = Escriba su nombre.
setup-contact = A quién llamar para pedir ayuda
    .hint = Nombre, teléfono y horario, como «Llame a Rosa, 020 7946 0000, martes y jueves». Está al pie de cada página.
setup-charter = Sus normas
setup-charter-lead = Son sus propias normas. Puede cambiarlas cuando quiera.
setup-floor = ¿Cuántas horas se puede recibir por adelantado?
    .hint = Lo normal son cuarenta. Nadie debería tener que contar.
    .missing = Escriba un número de horas.
setup-confirmation = ¿Quién dice que sí a un intercambio?
setup-confirm-receiver = Quien recibió la ayuda
setup-confirm-both = Las dos personas
setup-confirm-either = Quien lo anota
setup-sheet = Hoja de recuperación
setup-sheet-lead = Escriba estas 24 palabras en papel, en este orden. Solo se muestran ahora.
setup-sheet-keep = Quien las tenga puede hablar por su comunidad. Guarde la hoja bajo llave y no la envíe a nadie.
setup-sheet-square = Las mismas palabras en un cuadro, para una cámara el día que las necesite.
setup-sheet-done = Ya las he escrito
setup-check = Dos palabras, por favor
setup-check-lead = Mire su papel.
setup-word = Palabra número { $n }
    .missing = Escriba esta palabra.
setup-word-wrong = Es otra palabra. Mire su papel.
setup-words-again = Enséñeme otra vez las palabras
setup-found = Empezar
setup-failed = No funcionó. Pruebe otra vez. Si falla de nuevo, enseñe la línea siguiente a quien pueda ayudar.
setup-unnamed = Falta algo. Empiece otra vez por el nombre.
setup-technical = Lo que dice el ordenador:
setup-no-right = Kith no puede escribir en su carpeta. Déjele escribir en ella y pruebe otra vez.
setup-in-use = Otro Kith usa esta carpeta. Deténgalo y pruebe otra vez.
setup-address-used = Otro programa usa la misma dirección. Deténgalo y pruebe otra vez.
setup-not-empty = Ya hay algo en esta carpeta. Arranque Kith con otra carpeta.
setup-coming-back = Otra comunidad está volviendo aquí. Espere hasta que esté.
setup-done = Su comunidad ya está
setup-done-code = Su código para entrar es { $code }. Vale una vez.
setup-done-next = Entre y añada a sus primeros miembros.

# Correo para comunidades ausentes
mail = Correo para quien está ausente
mail-lead = Puede que dos comunidades nunca coincidan en línea. Una comunidad que ambas conocen puede guardar su correo, sellado, durante treinta días.
mail-seen = Quien guarda el correo ve de quién es, para quién y cuánto ocupa. Nadie más puede abrirlo.
mail-with = Correo con { $name }
mail-choice = ¿Puede quedarse allí nuestro correo, y aquí el suyo?
mail-on = Sí
mail-off = No

# Copias que guardan las comunidades amigas
escrow = Copias en otras comunidades
escrow-lead = Una comunidad amiga puede guardar una copia de esta. Con las 24 palabras se recupera todo.
escrow-seen = Quien guarda la copia ve cuánto ocupa. Solo sus 24 palabras la abren.
escrow-with = Copias con { $name }
escrow-we-keep = ¿Guardamos copias para ellos?
    .hint = Con un no, la copia de aquí se borra enseguida.
    .missing = Elija sí o no.
escrow-they-keep = ¿Guardan ellos copias nuestras?
    .hint = Pueden hacerlo dos comunidades. Con un no, borran la copia que tienen.
    .missing = Elija sí o no.
escrow-on = Sí
escrow-off = No
escrow-here = Su copia, guardada aquí
escrow-room = Sitio para su copia
escrow-there = Nuestra copia, guardada allí
escrow-none = Todavía ninguna
escrow-copy = { $day } a las { $time }, { $size }
escrow-kilobytes = { $n } kB
escrow-megabytes = { $n } MB
escrow-not-agreed = Todavía no han dicho que sí a guardar nuestras copias.
escrow-not-heard = Su ordenador todavía no ha respondido. La copia llegará sola.
escrow-overdue = La copia tiene más de una semana, o nunca se hizo. ¿Está encendido el ordenador de la otra comunidad?
escrow-problem = El último intento no funcionó. Se repite solo.
escrow-too-large = Esta comunidad ya es demasiado grande para una copia en otra.
escrow-newer = Guardan una copia más nueva que la usada para restaurar este ordenador. No se cambia sola.
escrow-claimed = Pedida con sus 24 palabras
escrow-claimed-ask = Llame a esa comunidad si no se lo había dicho.
escrow-now = Enviarles una copia ahora
escrow-paper = Para escribir junto a sus 24 palabras
escrow-paper-lead = Tras una pérdida, kith restore --from-partners pide aquí su copia.
escrow-no-address = Todavía no se conoce su dirección.
refused-keepers = Dos comunidades ya guardan copias de la suya. Termine primero con una de ellas.
refused-owners = Ya guarda copias de muchas comunidades. Termine primero con una de ellas.
today-escrow = Copias en otras comunidades
today-escrow-claimed = El { $day } se pidió su copia de aquí con sus 24 palabras. ¿Se lo dijeron?

## Coordinación: intercambios que no están bien, y lo que da el fondo mientras tanto
dispute = Algo no está bien entre nosotros
dispute-we = Nosotros
dispute-open = Hablarlo con la otra comunidad
dispute-open-lead = Las dos comunidades lo ven. Nada cambia hasta que estén de acuerdo.
dispute-look = Ver lo que se dice
dispute-say = Escribirles
dispute-say-lead = Lo leen quienes coordinan allí y nadie más. No está en ningún libro. Deje fuera lo que no tienen que saber.
dispute-text = ¿Qué quiere decir?
    .missing = Escriba lo que quiere decir.
dispute-close = Proponer cómo termina
dispute-close-lead = Cuando las dos comunidades proponen lo mismo, ha terminado, y los dos libros lo dicen.
dispute-outcome = ¿Cómo debería terminar?
    .missing = Elija cómo debería terminar.
dispute-stands = queda como está
dispute-given-back = las horas se devuelven
dispute-set-aside = se deja de lado
dispute-remind = Recordármelo
dispute-remind-lead = Ese día vuelve al principio de su lista.
dispute-when = ¿Cuándo?
    .missing = Elija cuándo.
dispute-tomorrow = Mañana
dispute-week = En una semana
dispute-month = En cuatro semanas
dispute-exchange = Ver el intercambio
dispute-opens = Esto no está bien: { $why }
dispute-suggests = Terminémoslo así: { $outcome }
dispute-suggested = { $who }: de acuerdo si { $outcome }.
dispute-not-sent = espera hasta que { $who } esté
dispute-our-turn = { $who } escribió lo último: { $day }.
dispute-their-turn = Espera a { $who }. Desde: { $day }.
dispute-due = Es hora de volver a mirarlo.
dispute-look-again = Vuelva a mirarlo: { $day }. O llame a { $who }.
dispute-ended = Acordado por las dos comunidades ({ $day }): { $outcome }.
dispute-ended-more = Está en los dos libros. Si se devuelven horas, las pide quien las pagó.
advance = Que pague ya el fondo
advance-lead = La persona tiene las horas enseguida. Lo que la otra comunidad pague después va al fondo.
advance-end = Decidir sobre las horas
advance-end-lead = La otra comunidad dijo que no. La persona tiene las horas de nuestro fondo.
advance-what = ¿Qué pasa con las horas?
advance-keep = Se las queda, como regalo
advance-take-back = El fondo las recupera

you = Usted
key = Una clave propia
key-lead = Una clave propia firma lo que usted acepta. Su aparato la guarda, y nadie más puede usarla.
key-lost = Si pierde el aparato, llame a una persona coordinadora. Quitará la clave vieja, y usted hará otra.
key-none = No tiene clave. A la mayoría le basta con entrar.
key-yours = Su clave empieza por
key-here = Está en este aparato.
key-make = Hacer una clave en este aparato
key-cannot = Este navegador no puede hacer una clave aquí. Necesita scripts y una dirección que empiece por https.
key-other = Guardo mi clave en otro programa
key-other-how = El programa «kith» también hace claves. Escriba esto allí y copie lo que muestra.
key-public = La clave pública
key-give-up = Dejar mi clave
key-check = Desde ahora esta clave firma por usted.
key-check-none = Desde ahora no tiene clave. Vuelve a bastar con entrar.
key-take = Usar esta clave
key-new = La clave empieza por
key-signs-here = Este aparato lo firma con su clave propia.
key-elsewhere = Firmar con una clave que está en otro sitio
key-elsewhere-how = Escriba esto en el programa «kith», donde está su clave. Copie la última línea que muestra.
key-signature = La firma de su clave
key-proof = La firma de la clave nueva
key-begins = Con la clave que empieza por
done-key = Su clave ha cambiado.
done-key-next = El libro lo muestra, así que nadie puede hacerlo a sus espaldas.
agreed = Cómo dijeron que sí
agreed-key = Firmado con clave propia
agreed-session = Entró y dijo que sí
agreed-helper = Con sesión, por medio de { $who }
agreed-paper = En papel, con { $who }
agreed-phone = Por teléfono, con { $who }
agreed-in-person = En persona, con { $who }
a-coordinator = una persona coordinadora
refused-key-moved = La clave cambió mientras tanto. Mírela otra vez.
refused-key-needed = Tiene una clave en otro aparato. Firme allí, o pregunte a una persona coordinadora.
refused-key-unproven = La clave nueva no firmó. Hágala en este aparato, o escriba su firma.
refused-not-a-key = Esto no es una clave pública. Copie las 64 letras y cifras.
refused-wrong-signature = La firma no encaja. Cópiela entera e inténtelo otra vez.
