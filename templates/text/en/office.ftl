# What the school does around accounts: writing to those who wait for its lists, messages received.

write-to-me-title = Write to you when the lists are here
write-to-me-lead = We send you one message as soon as new lists of the school have arrived.
write-to-me-next = They are expected { $moment }.
write-to-me-hint = The address is used for this message and then erased.
write-to-me-send = Write to me
write-to-me-back = Back to my request
write-to-me-sent-title = Noted
write-to-me-sent-lead = We write to you as soon as new lists of the school have arrived.
write-to-me-sent-device = Open the message on this device: what you wrote will still be there.

inbox-title = Messages from the school
inbox-lead = The messages that the school sent you. A copy also leaves by e-mail.
inbox-none = No message yet
inbox-none-hint = When the school writes to you, its message appears here.
inbox-new = New
inbox-received = Received { $moment }
inbox-read = Read { $moment }
inbox-mark-read = I have read it
inbox-back = All messages
home-messages = { $count ->
    [one] 1 new message from the school
   *[other] { $count } new messages from the school
}

help-kind = What is it about?
help-kind-data = My account or my child (name, date, address)
help-kind-technical = A technical problem (page, password, e-mail)
