package mysqltime

// NumberDateTime reads a number where MySQL wants a date: 20240305, 240305,
// 20240305080907. whole and micro are the integer part and the millionths of
// its absolute value, decimals the digits of the fraction that count. Numbers
// of up to 8 digits give a DATE, longer ones and 0 a DATETIME.
func NumberDateTime(whole int64, micro uint32, neg bool, decimals int) (Value, bool) {
	v, ok := numberDate(whole, micro, neg, decimals)
	return v, ok && v.exists()
}

// numberDate lets days beyond the month's end pass.
func numberDate(whole int64, micro uint32, neg bool, decimals int) (Value, bool) {
	if neg && (whole != 0 || micro != 0) || whole < 0 {
		return Value{}, false
	}
	n, kind := whole, KindDateTime
	switch {
	case n == 0 || n >= 10000101000000:
	case n < 101:
		return Value{}, false
	case n <= 99991231:
		kind = KindDate
		switch {
		case n <= 691231:
			n += 20000000
		case n >= 700101 && n <= 991231:
			n += 19000000
		case n < 10000101:
			return Value{}, false
		}
		n *= 1000000
	case n < 101000000:
		return Value{}, false
	case n <= 691231235959:
		n += 20000000000000
	case n < 700101000000:
		return Value{}, false
	case n <= 991231235959:
		n += 19000000000000
	}
	if n > 99991231235959 {
		return Value{}, false
	}
	day, clock := n/1000000, n%1000000
	v, _ := fromFields([6]uint32{
		uint32(day / 10000), uint32(day / 100 % 100), uint32(day % 100),
		uint32(clock / 10000), uint32(clock / 100 % 100), uint32(clock % 100),
	}, micro)
	if v.Kind == 0 {
		return Value{}, false
	}
	v = v.Cut(decimals)
	if v.Kind = kind; kind == KindDate {
		v.Micro = 0
	}
	return v, true
}

// NumberTime reads a number where MySQL wants a TIME: 80907 is 08:09:07. Of
// one that is too large for a TIME but a date with time, it takes the time.
func NumberTime(whole int64, micro uint32, neg bool, decimals int) (Value, bool) {
	v, ok := NumberEither(whole, micro, neg, decimals)
	if !ok {
		return Value{}, false
	}
	return v.AsTime(), true
}

// NumberEither reads a number where MySQL takes a TIME as well as a DATETIME:
// as NumberTime, but a date with time stays a DATETIME.
func NumberEither(whole int64, micro uint32, neg bool, decimals int) (Value, bool) {
	if whole < 0 {
		return Value{}, false
	}
	if whole > 9999999 && whole <= 99991231235959 && !neg {
		return numberDate(whole, micro, false, decimals)
	}
	minute, second := whole/100%100, whole%100
	if minute > 59 || second > 59 {
		return Value{}, false
	}
	if whole/10000 > maxHour {
		return Value{Neg: neg}.setClock(maxHour+1, 0, 0, 0, decimals), true
	}
	v := Value{
		Kind: KindTime, Neg: neg, Micro: micro,
		Hour: uint16(whole / 10000), Minute: uint8(minute), Second: uint8(second),
	}
	return v.Cut(decimals), true
}

// NumberSpan reads a number as the second argument of ADDTIME and SUBTIME:
// 80907 is 08:09:07, up to 87649415 hours.
func NumberSpan(whole int64, micro uint32, neg bool, decimals int) (Span, bool) {
	hours, minutes, seconds := whole/10000, whole/100%100, whole%100
	if whole < 0 || hours > maxSpanHours || minutes > 59 || seconds > 59 {
		return Span{}, false
	}
	return spanOf(uint64(hours), uint64(minutes), uint64(seconds), micro, neg, decimals), true
}
