"""The order desk: from a phone call to a posted parcel. It reads what the booklet's rooms delivered, never the reverse.

Needs the extra `booklet[desk]`. docs/order-line.md is for the person at the phone.
"""
