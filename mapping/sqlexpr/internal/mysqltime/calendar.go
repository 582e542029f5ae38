package mysqltime

// The calendar is the Gregorian one carried back to year 0, as MySQL has it:
// with day 1 for 0000-01-01 and no leap day in year 0.

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0 && year != 0) }

func daysIn(year, month int) int {
	switch month {
	case 2:
		if isLeap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

func daysInYear(year int) int {
	if isLeap(year) {
		return 366
	}
	return 365
}
