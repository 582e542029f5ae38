package readme

import (
	"go/scanner"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var readmes = []string{"../../README.md", "../../README.zh.md"}

// tokens are the words of Go code, without comments and layout.
func tokens(code []byte) string {
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("", fset.Base(), len(code)), code, nil, 0)
	words := []string{""}
	for {
		_, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			return strings.Join(append(words, ""), "\x00")
		case tok == token.SEMICOLON && lit == "\n":
		case lit == "":
			words = append(words, tok.String())
		default:
			words = append(words, lit)
		}
	}
}

// blocks are the fenced blocks of a language.
func blocks(text, language string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?s)\n```"+language+"\n(.*?)\n```\n").FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func TestReadmeCodeIsTheExamplesCode(t *testing.T) {
	t.Parallel()
	source := tokens([]byte(read(t, "example_test.go")))
	for _, path := range readmes {
		code := blocks(read(t, path), "go")
		require.NotEmpty(t, code, path)
		for i, block := range code {
			if !strings.Contains(source, tokens([]byte(block))) {
				t.Errorf("%s: block %d does not stand in example_test.go:\n%s", path, i+1, block)
			}
		}
	}
}

func TestReadmesSayTheSame(t *testing.T) {
	t.Parallel()
	english, chinese := read(t, readmes[0]), read(t, readmes[1])
	require.Equal(t, headings(english), headings(chinese), "levels of headings")
	for _, language := range []string{"go", "sh"} {
		require.Equal(t, stripped(blocks(english, language)), stripped(blocks(chinese, language)), "blocks of %s", language)
	}
	for name, pattern := range map[string]string{
		"code":  "`[^`\n]+`",
		"links": `\]\([^)]*\)`,
		"items": `(?m)^- `,
		"rows":  `(?m)^\|`,
	} {
		require.Equal(t, all(english, pattern), all(chinese, pattern), name)
	}
}

// headings are the levels of the headings, in order.
func headings(text string) []string {
	return regexp.MustCompile(`(?m)^#+ `).FindAllString(withoutBlocks(text), -1)
}

// stripped are blocks without comments, in which the languages differ.
func stripped(blocks []string) []string {
	comment := regexp.MustCompile(`(?m)[ \t]+(#|//).*$`)
	for i := range blocks {
		blocks[i] = comment.ReplaceAllString(blocks[i], "")
	}
	return blocks
}

// all are the matches outside blocks, sorted: the order of words differs. The
// READMEs link to each other.
func all(text, pattern string) []string {
	text = strings.NewReplacer("README.zh.md", "README", "README.md", "README").Replace(withoutBlocks(text))
	found := regexp.MustCompile(pattern).FindAllString(text, -1)
	slices.Sort(found)
	return found
}

func withoutBlocks(text string) string {
	return regexp.MustCompile("(?s)\n```.*?\n```\n").ReplaceAllString(text, "\n")
}

// Every setting the clients and the examples read is in the READMEs, and no other.
func TestReadmesNameTheSettings(t *testing.T) {
	t.Parallel()
	names := regexp.MustCompile(`\b(KINGDEE|WDT|JDY|OKKI|DINGTALK|FXIAOKE|BANNIU)_[A-Z_]+\b`)
	unique := func(texts ...string) []string {
		found := names.FindAllString(strings.Join(texts, "\n"), -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	sources := []string{read(t, "../wdt-trades-to-kingdee-orders/main.go"), read(t, "../webhooks/main.go")}
	for _, platform := range []string{"kingdee", "wdt", "jdy", "okki", "dingtalk", "fxiaoke", "banniu"} {
		sources = append(sources, read(t, "../../"+platform+"/config.go"))
	}
	want := unique(sources...)
	for _, path := range readmes {
		require.Equal(t, want, unique(read(t, path)), path)
	}
}
