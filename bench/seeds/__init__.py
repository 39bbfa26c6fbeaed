"""What seeds are worth: sessions that measured nothing, or little, beside one that was tuned here."""
