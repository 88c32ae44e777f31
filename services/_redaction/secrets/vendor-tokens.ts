/** Shapes of keys and tokens, by vendor: vendors choose them so that scanners can find leaked ones. */
const shapes = {
  aws: 'A(?:KIA|SIA|IDA|ROA|GPA|BIA|CCA)[A-Z0-9]{12,20}|ABSK[A-Za-z0-9+/]{40,200}={0,2}',
  alpaca: '[PAC]K(?=[A-Z]{0,17}\\d)[A-Z0-9]{18}(?:[A-Z0-9]{6})?(?![A-Za-z0-9])',
  azure: '[\\w~.-]{3}\\dQ~[\\w~.-]{31,34}',
  google: 'AIza[\\w-]{30,45}|ya29\\.[\\w-]{20,255}|GOCSPX-[\\w-]{20,40}|1//0[\\w-]{30,120}',
  github: 'gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\\w{20,255}',
  gitlab: 'gl(?:pat|ptt|cbt|rt|dt|soat|ft|imt|agent|oas|ffct)-[\\w.-]{16,80}|GR1348941[\\w-]{20}',
  slack: '(?:xoxe\\.)?xox[abdeoprs]-[A-Za-z0-9-]{10,255}|xapp-[A-Za-z0-9-]{10,255}',
  webhook: 'T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{16,32}',
  stripe: '(?:sk|rk|pk)_(?:live|test|prod)_[A-Za-z0-9]{8,255}|whsec_[A-Za-z0-9+/=]{16,255}',
  openai:
    'sk-(?:proj|svcacct|admin|or-v1)-[\\w-]{8,255}|sk-(?=[A-Za-z-]{0,20}\\d)[\\w-]{16,255}|sess-[A-Za-z0-9]{32,64}',
  anthropic: 'sk-ant-[\\w-]{8,255}',
  models:
    '(?:gsk|hf|api_org|jina|tgp_v1|fw|r8)_[A-Za-z0-9_-]{16,255}|xai-\\w{20,255}|nvapi-[\\w-]{40,100}|pplx-\\w{20,64}|AQVN[\\w-]{35,40}',
  packages:
    'npm_[A-Za-z0-9]{20,64}|pypi-[\\w-]{20,255}|rubygems_[0-9a-f]{40,60}|oy2[a-z0-9]{43}|cio[A-Za-z0-9]{32}|dckr_[po]at_[\\w-]{20,64}|CLOJARS_[0-9a-z]{60}',
  vaults:
    'hv[bsr]\\.[\\w-]{20,255}|[sb]\\.(?=[A-Za-z]{0,23}\\d)[A-Za-z0-9]{24}(?![\\w.])|dp\\.(?:pt|st|ct|sa|scim|audit)\\.[\\w.-]{20,80}|ops_eyJ[\\w-]{40,2000}|A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}',
  hosting:
    'do[opr]_v1_[0-9a-f]{32,64}|HRKU-[\\w-]{30,80}|f[mo]\\d[a-z]?_[\\w+/=-]{40,500}|nfp_\\w{30,60}|rnd_[A-Za-z0-9]{24,48}|pul-[0-9a-f]{40}|[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{50,80}|tskey-[\\w-]{16,80}|v1\\.0-[0-9a-f]{24}-[0-9a-f]{100,160}',
  data: 'dapi[0-9a-f]{32}(?:-\\d)?|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|sbp_[0-9a-f]{40}|sb_secret_[\\w-]{20,60}|pscale_(?:tkn|pw|oauth)_[\\w.-]{30,64}|napi_[a-z0-9]{40,80}',
  watching:
    'NR(?:AK|JS|II|IQ|SP|AA)-[A-Za-z0-9-]{16,40}|[0-9a-f]{36}NRAL|glsa_[A-Za-z0-9]{20,40}_[0-9a-f]{8}|glc_[A-Za-z0-9+/=]{32,400}|sntry[su]_[\\w+/=-]{40,400}|dt0[a-z]\\d\\d\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}|ph[cx]_[A-Za-z0-9]{30,60}',
  teams:
    'AT(?:ATT|CTT|BB)3?[\\w=-]{24,255}|lin_(?:api|oauth)_\\w{20,64}|(?:secret|ntn)_[A-Za-z0-9]{40,50}|pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}|figd_[\\w-]{30,60}|CCIPAT_\\w{20,80}|sgp_\\w{30,80}|sl\\.[\\w-]{60,400}|EAA[A-Za-z0-9]{30,255}',
  mail: 'SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}|key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![\\w-])|[0-9a-f]{32}-us\\d{1,2}|x(?:key|smtp)sib-[0-9a-f]{64}-\\w{16}|re_[A-Za-z0-9]{6,10}_[A-Za-z0-9]{20,30}',
  twilio: '(?:AC|SK)[0-9a-f]{32}',
  telegram: '\\d{8,10}:AA[\\w-]{32,36}',
  discord: '[MNO][A-Za-z0-9_-]{22,28}\\.[\\w-]{6}\\.[\\w-]{27,40}|mfa\\.[\\w-]{60,100}',
  payments:
    'sq0[a-z]{3}-[\\w-]{20,64}|access_token\\$\\w{6,12}\\$[0-9a-z]{16}\\$[0-9a-f]{32}|(?:access|link|public)-(?:sandbox|development|production)-[0-9a-f-]{36}|rzp_(?:live|test)_[A-Za-z0-9]{14}|FLW(?:SEC|PUB)K(?:_TEST)?-[0-9A-Za-z-]{12,48}|shippo_(?:live|test)_[0-9a-f]{40}|EZ[AT]K[A-Za-z0-9]{40,60}|shp(?:at|ss|ca|pa|tka)_[0-9a-fA-F]{20,64}',
  coinbase: 'organizations/[0-9a-f-]{36}/apiKeys/[0-9a-f-]{36}',
  // Other vendors that follow the pattern of Stripe, and password hashes in the format of crypt(3).
  stripeLike: '[a-z]{2,14}[-_](?:live|prod|sandbox|secret)[-_](?=[\\w-]{0,40}\\d)[\\w-]{10,80}|[TS]?[ps]k_[0-9a-f]{32}',
  crypt: '\\$(?:2[aby]|apr1|argon2\\w{1,2}|y|5|6)\\$[\\w./$=,+-]{16,160}',
  age: 'AGE-SECRET-KEY-1[0-9A-Z]{50,64}',
  // JSON Web Tokens and their encrypted form (RFC 7519)
  jwt: 'eyJ[\\w-]{8,2000}\\.[\\w-]{0,6000}(?:\\.[\\w-]{0,2000}){0,3}',
}

export const vendorTokens = new RegExp(`(?:(?<![A-Za-z0-9])|(?<=/bot))(?:${Object.values(shapes).join('|')})`, 'g')
