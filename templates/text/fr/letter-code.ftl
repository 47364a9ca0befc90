# La lettre imprimée qui porte un code d’activation.

letter-code-title = { $district } : votre compte de parent
letter-code-to-parents = Aux parents de { $child }
letter-code-about = { $count ->
    [one] Avec ce code, vous suivez l’école de { $names }.
   *[other] Avec ce code, vous suivez l’école de vos enfants : { $names }. Un seul compte suffit.
}
letter-code-step-open = Ouvrez { $address } sur un téléphone ou un ordinateur.
letter-code-step-type = Tapez le code. Majuscules ou minuscules, avec ou sans traits.
letter-code-step-choose = Regardez si c’est bien votre enfant, puis choisissez un mot de passe.
letter-code-code = Votre code
letter-code-square = Ou visez ce carré avec l’appareil photo de votre téléphone.
letter-code-until = Il sert une seule fois, jusqu’au { $day }.
letter-code-keep = Gardez cette lettre pour vous. Si elle est perdue, dites-le à l’école : elle annule le code et vous en donne un autre.
