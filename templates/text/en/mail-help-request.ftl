# The letter to the school: someone asks for help.

mail-help-request-subject = Request for help: { $name }
mail-help-request-title = { $name } asks for help
mail-help-request-message = The message:
mail-help-request-name = Name:
mail-help-request-email = E-mail:
mail-help-request-school = School:
mail-help-request-case = Case:
mail-help-request-none = not given
mail-help-request-care = The name and the address were typed by the person: nothing proves yet who it is. Check before you reopen an account or give any information.
mail-help-request-why = This address receives the requests for help about school accounts.

mail-help-request-phone = Telephone:
mail-help-request-child = Child:
mail-help-request-proven = The person was signed in, or has proven to read the e-mail address on file.
mail-help-request-queue = The request also stands in the queue, with the record that it probably means.
mail-help-request-address = Request: the e-mail address on file has changed.
mail-help-request-child-missing = Request: a child is missing.
mail-help-request-details = Request: correct the file.
mail-help-request-technical = Technical request: a page, a password or an e-mail.
mail-help-request-number = Its number:
