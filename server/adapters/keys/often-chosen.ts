/**
 * Passwords and words people choose first, most frequent first, and those of Chinese keyboards and of banks that the
 * common list does not have. zxcvbn also finds their leet and reversed forms, repeats, sequences and dates.
 */
export const OFTEN_CHOSEN: string[] = `
password 123456 12345678 qwerty 123456789 12345 1234 111111 1234567 dragon 123123 baseball abc123 football monkey
letmein shadow master 666666 qwertyuiop 123321 mustang 1234567890 michael 654321 superman 1qaz2wsx 7777777 121212
000000 qazwsx 123qwe killer trustno1 jordan jennifer zxcvbnm asdfgh hunter buster soccer harley batman andrew tigger
sunshine iloveyou 2000 charlie robert thomas hockey ranger daniel starwars klaster 112233 george computer michelle
jessica pepper 1111 zxcvbn 555555 11111111 131313 freedom 777777 pass maggie 159753 aaaaaa ginger princess joshua
cheese amanda summer love ashley nicole chelsea biteme matthew access yankees 987654321 dallas austin thunder taylor
matrix minecraft welcome admin administrator root login passw0rd password1 secret changeme default guest test hello
winter spring autumn monday friday january december banking bank money customer branch counter teller manager office
woaini 5201314 520520 woaini1314 a123456 a123456789 123456a 123456abc qq123456 wang1234 zhang123 5211314 1314520
88888888 66666666 168168 aini1314 beijing shanghai guangzhou shenzhen china zhongguo yinhang nihao mima
qwer1234 asdf1234 1q2w3e4r 1q2w3e4r5t q1w2e3r4 zaq12wsx 1qazxsw2 abcd1234 aa123456 pass1234 admin123 welcome1
letmein1 iloveyou1 sunshine1 princess1 football1 charlie1 monkey1 qwerty1 qwerty123 password123 password12 correct
horse battery staple
`.trim().split(/\s+/)
