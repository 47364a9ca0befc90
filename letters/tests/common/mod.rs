//! A school's letters, and what other programs read in them.

use std::sync::Arc;

use letters::{Letter, Secret, Sender, Words};

/// A school that has everything but a logo.
pub fn sender() -> Sender {
    Sender {
        district: "Conseil scolaire des Tilleuls".to_owned(),
        school: "Collège Marguerite-Yourcenar".to_owned(),
        address: vec!["12, rue des Écoles".to_owned(), "69003 Lyon".to_owned()],
        telephone: "04 72 00 00 00".to_owned(),
        mail: "secretariat@college-yourcenar.example".to_owned(),
        logo: None,
    }
}

/// French labels.
pub fn french() -> Words {
    let words = |text: &str| text.to_owned();
    Words {
        document: words("Lettres d’activation"),
        code: words("Code d’activation"),
        identifier: words("Identifiant"),
        password: words("Mot de passe provisoire"),
        address: words("À saisir à l’adresse"),
        scan: words("Ou photographiez ce carré avec un téléphone."),
        scan_alternative: words("Carré à photographier avec un téléphone : il ouvre la page où le compte est créé."),
        logo_alternative: words("Logo"),
        steps: words("Que faire\u{a0}?"),
        help: words("Besoin d’aide\u{a0}?"),
        note: words("Pour qui\u{a0}?"),
        pupil: words("Élève"),
        class: words("Classe"),
        number: words("Lettre nº"),
    }
}

/// English labels.
pub fn english() -> Words {
    let words = |text: &str| text.to_owned();
    Words {
        document: words("Activation letters"),
        code: words("Activation code"),
        identifier: words("Username"),
        password: words("Provisional password"),
        address: words("Type it at"),
        scan: words("Or point a phone’s camera at this square."),
        scan_alternative: words("Square for a phone’s camera: it opens the page where the account is made."),
        logo_alternative: words("Logo"),
        steps: words("What to do"),
        help: words("Need help?"),
        note: words("Who is it for?"),
        pupil: words("Pupil"),
        class: words("Class"),
        number: words("Letter No."),
    }
}

/// An activation code for the parents of a pupil.
pub fn activation() -> Letter {
    Letter {
        language: "fr".to_owned(),
        sender: Arc::new(sender()),
        words: Arc::new(french()),
        pupil: "Bélanger Noëlle".to_owned(),
        class: "6e A".to_owned(),
        to: vec!["Mme Françoise Bélanger".to_owned(), "4 bis, impasse du Cœur-Volant".to_owned(), "69100 Villeurbanne".to_owned()],
        date: "Le 2 septembre 2026".to_owned(),
        number: "2026-000123".to_owned(),
        title: "Votre code pour ouvrir un compte de parent".to_owned(),
        salutation: "Madame, Monsieur,".to_owned(),
        purpose: "Avec ce code, vous ouvrez votre compte et suivez la scolarité de Noëlle\u{a0}: notes, absences, devoirs et messages de l’école.".to_owned(),
        secret: Secret::Code(["K7QM", "4XPT", "9RHD", "3WNC"].map(str::to_owned).to_vec()),
        address: "compte.tilleuls.example/code".to_owned(),
        qr: "https://compte.tilleuls.example/code#k=q7Yb0n2dVf3m1Zs8xJtR4uLwHc6EgA5oKpXiQvMzN9T".to_owned(),
        valid: "Valable jusqu’au 23 septembre 2026.".to_owned(),
        steps: vec![
            "Allez à l’adresse ci-dessus, ou photographiez le carré avec votre téléphone.".to_owned(),
            "Tapez le code. Majuscules et minuscules, c’est pareil.".to_owned(),
            "Choisissez votre mot de passe. C’est fini\u{a0}: ce code ne sert qu’une fois.".to_owned(),
        ],
        help: "Le secrétariat répond à vos questions et peut imprimer une nouvelle lettre.".to_owned(),
        note: "Ce code est pour un seul adulte responsable de Noëlle. Chaque parent reçoit le sien\u{a0}: ne le donnez à personne.".to_owned(),
    }
}

/// An identifier and a provisional password, in English.
pub fn provisional() -> Letter {
    Letter {
        language: "en".to_owned(),
        words: Arc::new(english()),
        title: "Your school account".to_owned(),
        salutation: "Dear Noëlle,".to_owned(),
        purpose: "With this account you sign in to everything at school: marks, homework, the library and messages.".to_owned(),
        secret: Secret::Provisional { identifier: "noelle.belanger".to_owned(), password: "plum-otter-lamp-river".to_owned() },
        address: "account.tilleuls.example".to_owned(),
        date: "2 September 2026".to_owned(),
        valid: "Valid until 9 September 2026.".to_owned(),
        steps: vec![
            "Go to the address above, or point a phone’s camera at the square.".to_owned(),
            "Type the username and the provisional password.".to_owned(),
            "Choose a password of your own. The provisional one stops working.".to_owned(),
        ],
        help: "The school office answers your questions and can print a new letter.".to_owned(),
        note: "This account is for Noëlle alone. Nobody at school will ever ask for the password.".to_owned(),
        ..activation()
    }
}
