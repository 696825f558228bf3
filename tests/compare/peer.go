// A client in Go with its standard library alone.
//
//	peer sign|call IN_FLIGHT
//
// Reads the settings from the environment. For each line on standard input, a number of seconds, it
// works for that long, and prints how many requests it made.
package main

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

type header struct{ name, value string }

type order struct {
	AccountGroupID string `json:"account_group_id"`
	Amount         string `json:"amount"`
	Currency       string `json:"currency"`
}

type increase struct {
	ID     string `json:"id"`
	Amount string `json:"amount"`
	Status string `json:"status"`
}

type client struct {
	baseURL, clientID, keyID, token string
	key                             crypto.Signer
	network                         *http.Client
}

func setting(name string) string { return os.Getenv("UPVEST_API_" + name) }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func newClient(inFlight int) *client {
	text, err := os.ReadFile(setting("HTTP_SIGN_PRIVATE_KEY_FILENAME"))
	check(err)
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	check(err)
	// By default, two connections stay open.
	network := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: inFlight}}
	c := &client{
		baseURL:  setting("BASE_URL"),
		clientID: setting("CLIENT_ID"),
		keyID:    setting("KEY_ID"),
		key:      key.(crypto.Signer),
		network:  network,
	}
	form := url.Values{
		"client_id":     {c.clientID},
		"client_secret": {setting("CLIENT_SECRET")},
		"grant_type":    {"client_credentials"},
		"scope":         {strings.ReplaceAll(setting("SCOPES"), ",", " ")},
	}
	contentType := header{"content-type", "application/x-www-form-urlencoded"}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	c.send(c.signed("/auth/token", []byte(form.Encode()), contentType), &token)
	c.token = token.AccessToken
	return c
}

// uuid returns a random UUID.
func uuid() string {
	var b [16]byte
	_, err := rand.Read(b[:])
	check(err)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// sign signs as Upvest expects: Ed25519, or ECDSA with SHA-512 as ASN.1 DER.
func (c *client) sign(base []byte) string {
	hash := crypto.Hash(0)
	if _, isEd25519 := c.key.(ed25519.PrivateKey); !isEd25519 {
		sum := sha512.Sum512(base)
		base, hash = sum[:], crypto.SHA512
	}
	signature, err := c.key.Sign(rand.Reader, base, hash)
	check(err)
	return base64.StdEncoding.EncodeToString(signature)
}

// signed returns a signed POST with these headers and with those of every request.
func (c *client) signed(path string, body []byte, headers ...header) *http.Request {
	digest := sha512.Sum512(body)
	covered := append([]header{
		{"@method", "POST"},
		{"@path", path},
		{"accept", "application/json"},
		{"content-length", strconv.Itoa(len(body))},
		{"content-digest", "sha-512=:" + base64.StdEncoding.EncodeToString(digest[:]) + ":"},
		{"upvest-api-version", "1"},
		{"upvest-client-id", c.clientID},
	}, headers...)
	request, err := http.NewRequest("POST", c.baseURL+path, bytes.NewReader(body))
	check(err)
	var base strings.Builder
	names := make([]string, 0, len(covered))
	for _, h := range covered {
		names = append(names, `"`+h.name+`"`)
		base.WriteString(`"` + h.name + `": ` + h.value + "\n")
		if !strings.HasPrefix(h.name, "@") {
			request.Header.Set(h.name, h.value)
		}
	}
	created := time.Now().Unix()
	parameters := fmt.Sprintf(`(%s);keyid="%s";created=%d;expires=%d;nonce="%s"`,
		strings.Join(names, " "), c.keyID, created, created+30, uuid())
	base.WriteString(`"@signature-params": ` + parameters)
	request.Header.Set("signature-input", "sig1="+parameters)
	request.Header.Set("signature", "sig1=:"+c.sign([]byte(base.String()))+":")
	request.Header.Set("upvest-signature-version", "15")
	return request
}

func (c *client) increase() *http.Request {
	body, err := json.Marshal(order{"2596db3b-0d03-4651-9eda-970910479dfb", "200.00", "EUR"})
	check(err)
	return c.signed("/virtual_cash_balances/increases", body,
		header{"authorization", "Bearer " + c.token},
		header{"content-type", "application/json"},
		header{"idempotency-key", uuid()})
}

func (c *client) send(request *http.Request, result any) {
	response, err := c.network.Do(request)
	check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	check(err)
	if response.StatusCode/100 != 2 {
		log.Fatalf("%s: %s", response.Status, body)
	}
	check(json.Unmarshal(body, result))
}

func work(request func(), seconds float64, counts chan<- int) {
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	count := 0
	for count == 0 || time.Now().Before(end) {
		request()
		count++
	}
	counts <- count
}

func main() {
	inFlight, err := strconv.Atoi(os.Args[2])
	check(err)
	c := newClient(inFlight)
	request := func() { c.increase() }
	if os.Args[1] == "call" {
		request = func() {
			var made increase
			c.send(c.increase(), &made)
		}
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		seconds, err := strconv.ParseFloat(lines.Text(), 64)
		check(err)
		counts := make(chan int)
		for i := 0; i < inFlight; i++ {
			go work(request, seconds, counts)
		}
		sum := 0
		for i := 0; i < inFlight; i++ {
			sum += <-counts
		}
		fmt.Println(sum)
	}
}
