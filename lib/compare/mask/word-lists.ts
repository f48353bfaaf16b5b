/** All in lower case and without separators, as `plainName` makes them. */
const words = (text: string): readonly string[] => text.split(/\s+/);

/** Headers of which nothing is kept, whatever the settings say. */
export const SECRET_HEADERS = words(
  'authorization proxyauthorization cookie cookie2 setcookie setcookie2 xauth xauthorization ' +
    'authenticationinfo xforwardedauthorization',
);

/** Names that are a credential wherever these letters occur in them. */
export const CONTAINED = words(
  'password passwd passphrase passcode passord passwort kennwort wachtwoord losenord motdepasse ' +
    'contrasena apikey apisecret accesstoken refreshtoken idtoken authtoken sessiontoken securitytoken ' +
    'secretkey privatekey accesskey clientsecret credential sessionid sessid connectionstring ' +
    'authorizationcode',
);

/** Names that are a credential when they end like this. */
export const ENDINGS = words(
  'token secret pwd sessionkey encryptionkey signingkey masterkey sharedkey hmackey accountkey ' +
    'subscriptionkey functionskey authkey sshkey licensekey appkey clientkey deploykey servicekey ' +
    'otpcode mfacode smscode authcode oauthcode verificationcode securitycode accesscode ' +
    'recoverycode backupcode resetcode devicecode authorization',
);

/** Whole names of credentials. */
export const PLAIN_NAMES = new Set(
  words(
    'pw pass pin otp totp cvv cvc csrf xsrf bearer samlresponse samlrequest assertion ' +
      'clientassertion codeverifier connectsid aspxauth dbpass userpass jsessionid phpsessid ' +
      'xamzcredential xgoogcredential',
  ),
);

/** Names of a credential in one place and of something ordinary in another. */
export const SHORT_NAMES = new Set(words('code auth session sid ticket'));

/** Their values are masked when they look like a key. */
export const OPAQUE_NAMES = new Set(words('key state nonce sig hmac verifier challenge hash'));
export const OPAQUE_ENDINGS = ['signature', 'cookie'];

/** `password_policy` is no password, `accessTokenExpiresIn` no token. */
export const HARMLESS_TAILS = new Set(
  words(
    'type expires expiry expiration expiresin expiresat in at ttl count length strength policy ' +
      'enabled required url uri endpoint changed changedat updated updatedat created createdat issuer ' +
      'algorithm alg usage limit name field label status lifetime age rules maxlength minlength scope',
  ),
);

/** What may follow the name of a credential without making it something else. */
export const VALUE_TAILS = new Set(
  words(
    'value string data raw hash text plain encoded base64 header current new old confirmation ' +
      'confirm repeat again hint default',
  ),
);

export const PAGING_WORDS = words(
  'page next continuation continue sync cursor prev previous resume pagination cancellation',
);
