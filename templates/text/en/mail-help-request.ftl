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
