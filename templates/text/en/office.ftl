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
