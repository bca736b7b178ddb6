"""Sentences of the visitors' pages that depend on what became of a booking."""


def headline(env, facts, role, done):
    """
    :param facts: the booking's `_public_info`
    :param role: whose link it is, ``visitor`` or ``host``
    :param done: what was just done, as the address says; words only, never a promise the state doesn't back
    :return: (heading, sentence below it or None)
    """
    visitor, host = facts["visitor"]["first_name"], facts["host"]
    email = facts["visitor"]["email"]
    if facts["state"] == "cancelled" and done == "refused":
        return env._("This request is closed"), env._("%(host)s knows that none of these times suits you.", host=host)
    if facts["state"] == "cancelled":
        return env._("This meeting is cancelled"), None
    if facts["state"] == "declined":
        return env._("This request was declined"), None
    if role == "host":
        if facts["state"] == "requested":
            return env._("%(visitor)s asks for a meeting", visitor=visitor), None
        if facts["state"] == "suggested":
            told = env._("A mail with the times is on its way to %(email)s.", email=email)
            return env._("%(visitor)s is choosing a time", visitor=visitor), told if done else None
        told = env._("The invitation is on its way to %(email)s.", email=email) if done else None
        return env._("Your meeting with %(name)s", name=visitor), told
    if facts["state"] == "suggested":
        return env._("%(host)s suggests another time", host=host), facts["note"] or None
    if facts["state"] == "requested":
        heading = env._("Request sent") if done in ("booked", "chosen") else env._("Your request")
        lead = env._(
            "%(host)s will answer by e-mail to %(email)s. Nothing is fixed until then.", host=host, email=email
        )
        return heading, lead
    told = env._("The invitation is on its way to %(email)s.", email=email)
    if done in ("booked", "chosen"):
        return env._("You're booked with %(host)s", host=host), told
    if done == "moved":
        return env._("Your meeting is moved"), told
    return env._("Your meeting with %(name)s", name=host), None


def seats_left(env, count):
    """:return: how many seats of a group are left, in words"""
    return env._("1 seat left") if count == 1 else env._("%(count)s seats left", count=count)
