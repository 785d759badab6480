/* Which software speaks: greetings and answers to EHLO as servers give them,
 * with made-up hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/mta.h"
#include "base/text.h"

#define DATE "Sun, 20 May 2018 11:02:33 +0000"

/* family NULL: not known */
/* clang-format off */
static const struct {
    const char *greeting, *family, *version;
} greetings[] = {
    { "220 mail.example.com ESMTP Postfix", "Postfix", "" },
    { "220 mail.example.com ESMTP Postfix (Debian/GNU)", "Postfix", "" },
    { "220 mail.example.com ESMTP Postfix (Ubuntu)", "Postfix", "" },
    { "220 mail.example.com ESMTP Postfix (2.11.3)", "Postfix", "2.11.3" },
    { "220 mail.example.com ESMTP Postfix 3.4.13", "Postfix", "3.4.13" },
    { "220 mail.example.com ESMTP Postfix (3.8-20221023)", "Postfix",
      "3.8-20221023" },
    { "220 mail.example.com ESMTP Postfix on SuSE Linux 8.0 (i386)",
      "Postfix", "" },
    { "220 mail.example.com Postfix", "Postfix", "" },
    { "220 ESMTP Postfix", "Postfix", "" },
    { "220 mail ESMTP Postfix", "Postfix", "" },
    { "220 [192.0.2.1] ESMTP Postfix", "Postfix", "" },
    { "220-mail.example.com ESMTP\n220 mail.example.com ESMTP Postfix",
      "Postfix", "" },
    { "220-Welcome to our system\n220-Behave yourself\n"
      "220 mx.example.net ESMTP Postfix (3.5.6)", "Postfix", "3.5.6" },
    { "220 mail.example.com ESMTP postfix", "Postfix", "" },
    { "220 mail.example.com ESMTP Postfix [192.0.2.1]", "Postfix", "" },
    { "220 mail.example.com ESMTP Postcow", "Postfix", "" },
    { "220 box.example.com ESMTP Hi, I'm a Mail-in-a-Box (Ubuntu/Postfix; "
      "see https://box.example/)", "Postfix", "" },
    { "554 mail.example.com ESMTP Postfix", "Postfix", "" },
    { "421 mail.example.com ESMTP Postfix too busy", "Postfix", "" },

    { "220 mail.example.com ESMTP Exim 4.92 " DATE, "Exim", "4.92" },
    { "220 mail.example.com ESMTP Exim 4.94.2 Ubuntu " DATE, "Exim",
      "4.94.2" },
    { "220 mail.example.com ESMTP Exim 4.92_RC4 " DATE, "Exim", "4.92_RC4" },
    { "220 mail.example.com ESMTP Exim " DATE, "Exim", "" },
    { "220 mail.example.com ESMTP Exim 4.98-1-gabc123 " DATE, "Exim",
      "4.98-1-gabc123" },
    { "220-host.example.net ESMTP Exim 4.96.2 #2 " DATE " \n"
      "220-We do not authorize the use of this system to transport "
      "unsolicited, \n220 and/or bulk e-mail.", "Exim", "4.96.2" },
    { "220-host.example.net ESMTP Exim 4.98.1 #2 " DATE "\r\n"
      "220-We do not authorize the use of this system\r\n220 thank you",
      "Exim", "4.98.1" },

    { "220 mail.example.com ESMTP Sendmail 8.15.2/8.15.2; " DATE, "Sendmail",
      "8.15.2" },
    { "220 mail.example.com ESMTP Sendmail 8.15.2/8.15.2/Debian-14~deb10u1; "
      DATE "; (No UCE/UBE) logging access from: [192.0.2.9]", "Sendmail",
      "8.15.2" },
    { "220 mail.example.com ESMTP Sendmail 8.13.8/8.13.1; " DATE, "Sendmail",
      "8.13.8" },
    { "220 mail.example.com ESMTP Sendmail 8.13.8+Sun/8.13.8; " DATE,
      "Sendmail", "8.13.8+Sun" },
    { "220 mail.example.com ESMTP Sendmail AIX7.1/8.14.4/8.14.4; " DATE,
      "Sendmail", "8.14.4" },
    { "220 mail.example.com Sendmail 5.65/4.0 ready at " DATE, "Sendmail",
      "5.65" },
    { "220 mail.example.com ESMTP Sendmail; " DATE, "Sendmail", "" },
    { "220 mail.example.com ESMTP Sendmail Ready; " DATE, "Sendmail", "" },
    { "554 mail.example.com ESMTP Sendmail; not accepting messages",
      "Sendmail", "" },

    { "220 mail.example.com Microsoft ESMTP MAIL Service ready at " DATE,
      "Microsoft Exchange", "" },
    { "220 mail.example.com Microsoft ESMTP MAIL Service, "
      "Version: 6.0.3790.4675 ready at  " DATE " ", "Microsoft Exchange",
      "6.0.3790.4675" },
    { "220 WIN-8A7B6C Microsoft ESMTP MAIL Service, Version: 10.0.14393.2608 "
      "ready at  " DATE, "Microsoft Exchange", "10.0.14393.2608" },
    { "220 Microsoft ESMTP MAIL Service ready", "Microsoft Exchange", "" },
    { "220 mail.example.com ESMTP Server (Microsoft Exchange Internet Mail "
      "Service 5.5.2653.13) ready", "Microsoft Exchange", "5.5.2653.13" },
    { "220 mail.example.com Microsoft SMTP MAIL ready at " DATE
      " Version: 5.5.1877.197.19", "Microsoft Exchange", "" },
    { "220 BL0GCC02FT013.mail.protection.outlook.com Microsoft ESMTP MAIL "
      "Service ready at " DATE, "Exchange Online", "" },
    { "220 AM0PR01CA0101.outlook.office365.com Microsoft ESMTP MAIL Service "
      "ready at " DATE " [RkFLRQ==]", "Exchange Online", "" },

    { "220 mta1.example.com ESMTP PowerMTA(TM) v5.0r1", "PowerMTA", "5.0r1" },
    { "220 mta1.example.com (PowerMTA(TM) v3.2r15) ESMTP service ready",
      "PowerMTA", "3.2r15" },
    { "220 mta1.example.com (PowerMTA(TM) v4.5r11) ESMTP service ready",
      "PowerMTA", "4.5r11" },
    { "220 mta1.example.com ESMTP PowerMTA\xe2\x84\xa2 v5.5r0", "PowerMTA",
      "5.5r0" },
    { "220 mta1.example.com ESMTP PowerMTA", "PowerMTA", "" },
    { "220 2.0.0 out.example.com ESMTP ecelerity 4.2.1.51471 "
      "r(Core:4.2.1.1) " DATE, "Momentum", "4.2.1.51471" },
    { "220 out.example.com ESMTP ecelerity 2.2.2.45 r(34222M) " DATE,
      "Momentum", "2.2.2.45" },
    { "220 out.example.com ESMTP Momentum " DATE, "Momentum", "" },
    { "220 mx.example.com Welcome to KumoMTA!", "KumoMTA", "" },
    { "220 mx.example.com KumoMTA", "KumoMTA", "" },
    { "220 mx.example.com ESMTP KumoMTA ready", "KumoMTA", "" },
    { "220 mx.example.com ESMTP MailerQ 5.9.2", "MailerQ", "5.9.2" },
    { "220 mx.example.com MailerQ ready", "MailerQ", "" },
    { "220 mx.example.com ESMTP GreenArrow", "GreenArrow", "" },
    { "220 mx.example.com GreenArrow Engine 4.241.0", "GreenArrow",
      "4.241.0" },
    { "220 postal.example.com ESMTP Postal/7AXBQ2", "Postal", "" },
    { "220 mx.example.com StrongMail SMTP Service at " DATE, "StrongMail",
      "" },
    { "220 mx.example.com ESMTP Lyris ListManager 11.3 ready", "ListManager",
      "11.3" },
    { "220 mx.example.com Hurricane Server ESMTP service ready.",
      "Hurricane MTA", "" },
    { "220 mx.example.com ESMTP ZoneMTA", "ZoneMTA", "" },

    { "220 mail.example.com ESMTP OpenSMTPD", "OpenSMTPD", "" },
    { "220 mail.example.com ESMTP Haraka 2.8.14 ready", "Haraka", "2.8.14" },
    { "220 mail.example.com ESMTP Haraka/2.8.27 ready", "Haraka", "2.8.27" },
    { "220 mail.example.com ESMTP Haraka ready "
      "(6F9619FF-8B86-4011-B42D-00C04FC964FF)", "Haraka", "" },
    { "220 mail.example.com ESMTP qmail", "qmail", "" },
    { "220 mail.example.com ESMTP netqmail-1.06", "netqmail", "1.06" },
    { "220 mail.example.com ESMTP netqmail", "netqmail", "" },
    { "220 mail.example.com ESMTP notqmail 1.08", "notqmail", "1.08" },
    { "220 mail.example.com s/qmail ESMTP", "qmail", "" },
    { "220 mail.example.com - Welcome to Qmail Toaster Ver. 1.3 SMTP Server "
      "ESMTP", "qmail", "1.3" },
    { "220 mail.example.com ESMTP IndiMail", "IndiMail", "" },
    { "220 mail.example.com ESMTP Zimbra", "Zimbra", "" },
    { "220 mail.example.com Zimbra 8.8.15_GA_3869 LMTP ready", "Zimbra",
      "8.8.15_GA_3869" },
    { "220 mail.example.com ESMTP MailEnable Service, Version: 9.53-- ready "
      "at 05/20/18 11:02:33", "MailEnable", "9.53" },
    { "220 mail.example.com ESMTP MailEnable Service, Version: --1.986 "
      "denied", "MailEnable", "1.986" },
    { "220 MailEnable Service, Version: 10.43-- ready", "MailEnable",
      "10.43" },
    { "220 mail.example.com ESMTP hMailServer 4.4.1-B273", "hMailServer",
      "4.4.1-B273" },
    { "220 mail.example.com hMailServer", "hMailServer", "" },
    { "220 mail.example.com ESMTP MDaemon 21.0.2; " DATE, "MDaemon",
      "21.0.2" },
    { "220 mail.example.com ESMTP MDaemon PRO v9.6.5; " DATE, "MDaemon",
      "9.6.5" },
    { "220-mail.example.com ESMTP MDaemon 13.0.5; " DATE "\n220 No spam",
      "MDaemon", "13.0.5" },
    { "220 mail.example.com ESMTP SecurityGateway 8.0.1; " DATE,
      "SecurityGateway", "8.0.1" },
    { "220 mail.example.com ESMTP IceWarp 11.4.6.0 x64; " DATE, "IceWarp",
      "11.4.6.0" },
    { "220 mail.example.com ESMTP Merak 8.3.8; " DATE, "IceWarp", "8.3.8" },
    { "220 mail.example.com ESMTP Halon", "Halon", "" },
    { "220 mail.example.com ESMTP Courier 0.75.0", "Courier", "0.75.0" },
    { "220 mail.example.com Kerio Connect 9.2.7p1 ESMTP ready", "Kerio",
      "9.2.7p1" },
    { "220 mail.example.com Kerio MailServer 6.7.3 patch 1 ESMTP ready",
      "Kerio", "6.7.3" },
    { "220 mail.example.com ESMTP CommuniGate Pro 6.2.15", "CommuniGate Pro",
      "6.2.15" },
    { "220 mail.example.com ESMTP Service (Lotus Domino Release 8.5.3FP6) "
      "ready at " DATE, "Lotus Domino", "8.5.3FP6" },
    { "220 mail.example.com ESMTP Service (IBM Domino Release 9.0.1FP10 "
      "HF197) ready at " DATE, "Lotus Domino", "9.0.1FP10" },
    { "220 mail.example.com ESMTP Service (HCL Domino Release 12.0.2) ready "
      "at " DATE, "Lotus Domino", "12.0.2" },
    { "220 mail.example.com GroupWise Internet Agent 8.0.2 Ready (C)1993, "
      "2010 Novell, Inc.", "GroupWise", "8.0.2" },
    { "220 mail.example.com " DATE " UTC | SmarterMail Enterprise "
      "14.5.5907.28250", "SmarterMail", "14.5.5907.28250" },
    { "220 mail.example.com SmarterMail 16.3.6989", "SmarterMail",
      "16.3.6989" },
    { "220 mail.example.com SMTP Server (JAMES SMTP Server 2.3.2) ready "
      DATE, "Apache James", "2.3.2" },
    { "220 mail.example.com Apache JAMES awesome SMTP Server",
      "Apache James", "" },
    { "220 mail.example.com Stalwart ESMTP at your service", "Stalwart", "" },
    { "220 mail.example.com ESMTP maddy", "Maddy", "" },
    { "220 mail.example.com server ready Cyrus v2.4.17", "Cyrus", "2.4.17" },
    { "220 mail.example.com Dovecot ready.", "Dovecot", "" },
    { "220 mail.example.com ESMTP mox 0.0.11", "mox", "0.0.11" },
    { "220 mail.example.com ESMTP chasquid", "chasquid", "" },
    { "220 mail.example.com ESMTP Citadel server ready.", "Citadel", "" },
    { "220 mail.example.com ESMTP MeTA1 1.0.0", "MeTA1", "1.0.0" },
    { "220 mail.example.com MasqMail 0.2.21 ESMTP", "MasqMail", "0.2.21" },
    { "220 mail.example.com ZMailer Server 2.99.57.pre2 #1 ESMTP ready at "
      DATE, "ZMailer", "2.99.57.pre2" },
    { "220 mail.example.com <1526814153.7@mail.example.com> [XMail 1.27 "
      "ESMTP Server] service ready; " DATE, "XMail", "1.27" },
    { "220 mail.example.com (IMail 8.05 52311-2) NT-ESMTP Server X1", "IMail",
      "8.05" },
    { "220 X1 NT-ESMTP Server mail.example.com (IMail 6.06 3212-7)", "IMail",
      "6.06" },
    { "220 mail.example.com Mercury/32 v4.74 ESMTP server ready.", "Mercury",
      "4.74" },
    { "220 mail.example.com Axigen ESMTP ready", "Axigen", "" },
    { "220 mail.example.com SurgeSMTP (Version 6.3c3-1) "
      "http://surge.example/", "SurgeMail", "6.3c3-1" },
    { "220 mail.example.com MailSite ESMTP Receiver Version 6.1.22.0 Ready",
      "MailSite", "6.1.22.0" },
    { "220 ArGoSoft Mail Server Freeware, Version 1.8 (1.8.2.9)", "ArGoSoft",
      "1.8" },
    { "220 mail.example.com running Eudora Internet Mail Server X 3.3.9",
      "Eudora Internet Mail Server", "3.3.9" },
    { "220 FirstClass SMTP/MIME server v10.0 at mail.example.com ready",
      "FirstClass", "10.0" },
    { "220 mail.example.com ESMTP Scalix SMTP Relay 11.4.0.11929; " DATE,
      "Scalix", "11.4.0.11929" },
    { "220 mail.example.com -- Server ESMTP (Oracle Communications Messaging "
      "Server 8.0.2.1.20180104 64bit (built Jan  4 2018))",
      "Oracle Messaging Server", "8.0.2.1.20180104" },
    { "220 mail.example.com -- Server ESMTP (PMDF V6.2-X27#30812)", "PMDF",
      "6.2-X27" },
    { "220 mail.example.com ESMTP server (InterMail vM.8.01.05.09 "
      "201-2260-151-124-20120717) ready " DATE, "InterMail",
      "8.01.05.09" },
    { "220 mail.example.com ESMTP server (Post.Office v3.8.1 release 230 ID# "
      "0-0U10L2S100) ready " DATE, "Post.Office", "3.8.1" },
    { "220 mail.example.com ESMTP Service (8.6.060.28_06) ready",
      "Critical Path", "8.6.060.28_06" },
    { "220 mail.example.com ESMTP Mirapoint 3.8.1-GR; " DATE, "Mirapoint",
      "3.8.1-GR" },
    { "220 mail.example.com NTMail (v7.02.3037/NY0000.00.deadbeef) ready for "
      "ESMTP transfer", "NTMail", "7.02.3037" },
    { "220 mail.example.com Mailtraq (2.17.3.3150/SMTP) Ready", "Mailtraq",
      "2.17.3.3150" },
    { "220 mail.example.com VPOP3 ESMTP Server Ready", "VPOP3", "" },
    { "220 mail.example.com Service ready by David.fx (0462) ESMTP Server "
      "(Tobit.Software, Germany)", "Tobit David", "" },
    { "220 mail.example.com Anti-spam GT for Coremail System "
      "(examplecom[20141201])", "Coremail", "" },

    { "220 mail.example.com ESMTP Smtpd; " DATE, "FortiMail", "" },
    { "220 mail.example.com ESMTP (0123456789abcdef0123456789ABCDEF)",
      "Barracuda", "" },
    { "220 d100000a.ess.barracudanetworks.com ESMTP (abc)", "Barracuda", "" },
    { "220 mail.example.com ESMTP Symantec Messaging Gateway",
      "Symantec Messaging Gateway", "" },
    { "220 mail.example.com InterScan Messaging Security Suite, Version: "
      "7.0.0.1 ready", "Trend Micro", "7.0.0.1" },
    { "220 mail.example.com WebShield SMTP V4.5 MR1a Network Associates, Inc. "
      "Ready at " DATE, "WebShield", "4.5" },
    { "220 mail.example.com MAILsweeper ESMTP Receiver Version 4.3.14.0 "
      "Ready", "MAILsweeper", "4.3.14.0" },
    { "220 mail.example.com ESMTP MailCleaner (Community Edition) " DATE,
      "MailCleaner", "" },
    { "220 mail.example.com ESMTP Proxmox", "Proxmox Mail Gateway", "" },
    { "220 mail.example.com ESMTP spamd IP-based SPAM blocker; " DATE,
      "OpenBSD spamd", "" },
    { "220 mail.example.com cmsmtp ESMTP server ready", "Cloudmark Gateway",
      "" },
    { "220 mail.example.com ESMTP IronPort", "Cisco IronPort", "" },
    { "220 esa1.hc123-45.iphmx.com ESMTP", "Cisco IronPort", "" },
    { "220 eu-smtp-1.mimecast.com ESMTP; " DATE " [xYz01]", "Mimecast", "" },
    { "220 mx0a-00000001.pphosted.com ESMTP mfa-m0098404", "Proofpoint", "" },
    { "220 cluster-a.example.com ESMTP MailControl", "Forcepoint", "" },
    { "220 server-12.tower-345.messagelabs.com ESMTP", "MessageLabs", "" },

    { "220 mx.google.com ESMTP e1-20020a05600c4e0100b0042kpl.123 - gsmtp",
      "Google", "" },
    { "220 cvmx04.nm.example.com ESMTP zZ0001 - nsmtp", "Naver", "" },
    { "220 mtaproxy501.free.mail.bf1.yahoo.com ESMTP ready", "Yahoo", "" },
    { "220 mxfront1.mail.yandex.net ESMTP (Want to use Yandex.Mail for your "
      "domain?)", "Yandex", "" },
    { "220 inbound.example.com ESMTP SimpleEmailService-d-ABCDEF012 xyz",
      "Amazon SES", "" },
    { "220 SG ESMTP service ready at ismtpd0001.example.com", "SendGrid",
      "" },
    { "220 Mailgun Influx ready", "Mailgun", "" },
    { "220 in.example.com ESMTP Mailjet", "Mailjet", "" },
    { "220 mx.zoho.com SMTP Server ready May 20, 2018", "Zoho", "" },
    { "220 example.net (mxgmx001) Nemesis ESMTP Service ready", "Nemesis",
      "" },
    { "220 mx.example.com Cloudflare Email ESMTP Service ready",
      "Cloudflare Email", "" },
    { "220 newxm.example.com XMail Esmtp QQ Mail Server.", "QQ Mail", "" },
    { "220 iCloud iSCREAM SMTP - p00-iscream-1a", "Apple iCloud", "" },
    { "220 mail.example.com Python SMTP 1.4.2", "Python smtpd", "1.4.2" },
    { "220 mail.example.com Python SMTP proxy version 0.3", "Python smtpd",
      "0.3" },
    { "220 mail.example.com ESMTP SubEthaSMTP 3.1.7", "SubEthaSMTP",
      "3.1.7" },
    { "220 mailhog.example ESMTP MailHog", "MailHog", "" },
    { "220 mail.example.com Mailpit ESMTP Service ready", "Mailpit", "" },
    { "220 mail.example.org INetSim Mail Service ready.", "INetSim", "" },

    { "220 **************************", "Cisco PIX or ASA", "" },
    { "220 ****************************02**0*2 ******0*********0**0***** ",
      "Cisco PIX or ASA", "" },

    /* a name in the host's place, or in another's name, is none */
    { "220 postfix.example.com ESMTP ready", NULL, "" },
    { "220 sendmail.example.com ESMTP", NULL, "" },
    { "220 exim ESMTP ready", NULL, "" },
    { "220 Postfix", NULL, "" },
    { "220 stalwart ESMTP ready", NULL, "" },
    { "220 my-postfix ESMTP", NULL, "" },
    { "220-exchange.example.com\n220 exim.example.com", NULL, "" },
    { "220 haraka.example.com ESMTP Exim 4.96 " DATE, "Exim", "4.96" },
    { "220 mail.example.com ESMTP postfix.example.com ready", NULL, "" },
    { "220 mail.example.com ESMTP postmaster@exim.example", NULL, "" },
    { "220 mail.example.com ESMTP Postfixer", NULL, "" },
    { "220 mail.example.com ESMTP NotExim 4.1", NULL, "" },
    { "220 powermta.example.com ESMTP ready", NULL, "" },
    { "220 mimecast.com.example ESMTP; " DATE, NULL, "" },
    { "220 notmimecast.com ESMTP; " DATE, NULL, "" },
    { "220 evil-outlook.com Microsoft ESMTP MAIL Service ready at " DATE,
      "Microsoft Exchange", "" },
    { "220 google.com ESMTP ready", NULL, "" },
    { "220 gsmtp.example.com ESMTP gsmtp is not at the end", NULL, "" },

    /* nor is one in prose */
    { "220 mail.example.com ESMTP This is not sendmail, go away", NULL, "" },
    { "220 mail.example.com ESMTP ready; see https://example.com/Postfix",
      NULL, "" },
    { "220 mail.example.com We welcome postal and courier services", NULL,
      "" },
    { "220 mail.example.com ESMTP", NULL, "" },
    { "220 mail.example.com ESMTP ready", NULL, "" },
    { "220 mail.example.com ESMTP Service Ready", NULL, "" },
    { "220 mail.example.com ESMTP (0123456789abcde)", NULL, "" },
    { "220 mail.example.com ESMTP (0123456789abcdef0) ready", NULL, "" },
    { "220 mail.example.com ESMTP Service (deadbeef) ready", NULL, "" },
    { "220 *******", NULL, "" },
    { "220 ******** ready", NULL, "" },
    { "220", NULL, "" },
    { "220 ", NULL, "" },
    { "", NULL, "" },
    { "220 \n220-\n220 -- ;; ((", NULL, "" },

    /* other protocols */
    { "SSH-2.0-Postfix", NULL, "" },
    { "HTTP/1.1 400 Bad Request\nServer: ESMTP Exim 4.96", NULL, "" },
    { "* OK mail.example.com Cyrus IMAP4 v2.4.17 server ready", NULL, "" },
    { "220 (vsFTPd 3.0.3)", NULL, "" },
    { "220 Microsoft FTP Service", NULL, "" },

    /* what is no version */
    { "220 mail.example.com ESMTP Postfix 3com.example.net", "Postfix", "" },
    { "220 mail.example.com ESMTP Exim 20 May 2018", "Exim", "" },
    { "220 mail.example.com ESMTP Exim "
      "4.9666666666666666666666666666666666666666666666", "Exim", "" },
    { "220 mail.example.com ESMTP Exim 4.9@6", "Exim", "" },
    { "220 mail.example.com ESMTP Exim v", "Exim", "" },
    { "220 mail.example.com ESMTP Exim 4.", "Exim", "" },
    { "220 mail.example.com ESMTP Exim; 4.96", "Exim", "" },

    /* hostile octets */
    { "220 mail.example.com ESMTP \x1b[31mPostfix\x1b[0m", NULL, "" },
    { "220 mail.example.com ESMTP \xff\xfe Postfix", "Postfix", "" },
    { "220 mail.example.com\tESMTP\t\tPostfix\r", "Postfix", "" },
};
/* clang-format on */

static bool is_said(const struct analysis_mta *m, const char *family,
                    const char *version)
{
    if (!family)
        return !m->family && !m->version[0];
    return m->family && strcmp(m->family, family) == 0 &&
           strcmp(m->version, version) == 0;
}

static struct snow_probe probe_of(const char *greeting, const char *hello,
                                  const char *capabilities)
{
    return (struct snow_probe){ .banner = greeting,
                                .banner_len = strlen(greeting),
                                .hello = hello,
                                .hello_len = strlen(hello),
                                .capabilities = capabilities,
                                .capabilities_len = strlen(capabilities) };
}

static void greetings_tell(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(greetings); i++) {
        struct snow_probe p = probe_of(greetings[i].greeting, "", "");
        struct analysis_mta m;
        bool is_known = analysis_mta_tell(&m, &p);

        if (is_known != (greetings[i].family != NULL) ||
            !is_said(&m, greetings[i].family, greetings[i].version))
            fail_msg("'%s' gave %s, version '%s'", greetings[i].greeting,
                     m.family ? m.family : "nothing", m.version);
        assert_int_equal(m.source, is_known ? ANALYSIS_MTA_GREETING
                                            : ANALYSIS_MTA_NOTHING);
        assert_true(m.decided_len <= p.banner_len);
    }
}

/* The answer to EHLO, where the greeting names nothing. */
/* clang-format off */
static const struct {
    const char *greeting, *hello, *list, *family;
    enum analysis_mta_source source;
} answers[] = {
    { "220 h.example ESMTP", "h.example Hello probe.example [192.0.2.9]"
      "Haraka is at your service.", "PIPELINING", "Haraka",
      ANALYSIS_MTA_HELLO },
    { "220 h.example ESMTP", "h.example you had me at EHLO", "STARTTLS",
      "Stalwart", ANALYSIS_MTA_HELLO },
    { "220 h.example ESMTP", "h.example says EHLO to 192.0.2.9:4711", "",
      "Momentum", ANALYSIS_MTA_HELLO },
    { "220 h.example ESMTP", "h.example [192.0.2.9], this server offers 4 "
      "extensions", "AUTH LOGIN\nSIZE", "MailEnable", ANALYSIS_MTA_HELLO },
    { "220 h.example ESMTP", "mx.google.com at your service, [192.0.2.9]", "",
      "Google", ANALYSIS_MTA_HELLO },
    { "220 h.example ESMTP", "h.example at your service", "", NULL, 0 },
    { "220 h.example ESMTP", "haraka.example Hello", "", NULL, 0 },

    { "220 h.example ESMTP ready", "h.example",
      "PIPELINING\nSIZE 10240000\nVRFY\nETRN\nSTARTTLS\n"
      "ENHANCEDSTATUSCODES\n8BITMIME\nDSN\nSMTPUTF8\nCHUNKING", "Postfix",
      ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP ready", "h.example",
      "PIPELINING\nSIZE 1\nAUTH PLAIN LOGIN\nAUTH=PLAIN LOGIN\n"
      "ENHANCEDSTATUSCODES\n8BITMIME\nDSN", "Postfix",
      ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP", "h.example",
      "SIZE 52428800\n8BITMIME\nPIPELINING\nPIPECONNECT\nAUTH PLAIN LOGIN\n"
      "STARTTLS\nHELP", "Exim", ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP", "h.example",
      "SIZE 52428800\nLIMITS MAILMAX=1000 RCPTMAX=50000\n8BITMIME\n"
      "PIPELINING\nPIPECONNECT\nCHUNKING\nSTARTTLS\nPRDR\nHELP", "Exim",
      ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP", "h.example",
      "ENHANCEDSTATUSCODES\nPIPELINING\n8BITMIME\nSIZE\nDSN\nETRN\nSTARTTLS\n"
      "DELIVERBY\nHELP", "Sendmail", ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example", "h.example",
      "SIZE 37748736\nPIPELINING\nDSN\nENHANCEDSTATUSCODES\nSTARTTLS\n"
      "X-ANONYMOUSTLS\nAUTH NTLM\n8BITMIME\nBINARYMIME\nCHUNKING\nXRDST",
      "Microsoft Exchange", ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example", "h.example",
      "SIZE 37748736\nPIPELINING\nDSN\nENHANCEDSTATUSCODES\n8BITMIME\n"
      "BINARYMIME\nCHUNKING", "Microsoft Exchange",
      ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example", "h.example",
      "TURN\nSIZE 2097152\nETRN\nPIPELINING\nDSN\nENHANCEDSTATUSCODES\n"
      "8bitmime\nBINARYMIME\nCHUNKING\nVRFY\nOK", "Microsoft Exchange",
      ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example", "h.example",
      "8BITMIME\nENHANCEDSTATUSCODES\nSIZE 36700160\nDSN\nSTARTTLS\nHELP",
      "OpenSMTPD", ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example", "h.example",
      "ENHANCEDSTATUSCODES\nPIPELINING\nCHUNKING\n8BITMIME\nXACK\nXMRG\n"
      "SIZE 54525952\nVERP\nDSN", "PowerMTA", ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP", "h.example",
      "AUTH LOGIN CRAM-MD5\nXVERP=Courier\nPIPELINING\n8BITMIME\nSIZE\nDSN",
      "Courier", ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP", "h.example", "PIPELINING\n8BITMIME", "qmail",
      ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP", "h.example",
      "STARTTLS\nPIPELINING\n8BITMIME\nSIZE 0\nAUTH LOGIN PLAIN", "qmail",
      ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP hello", "h.example", "PIPELINING\n8BITMIME", NULL,
      0 },
    { "220 h.example ESMTP", "h.example", "SIZE 20480000\nAUTH LOGIN\nHELP",
      "hMailServer", ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP", "h.example", "8BITMIME\nSIZE 33554432\nSTARTTLS",
      "Cisco IronPort", ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP", "h.example",
      "PIPELINING\n8BITMIME\nSMTPUTF8\nSIZE 0\nSTARTTLS", "Haraka",
      ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP", "h.example",
      "PIPELINING\n8BITMIME\nSMTPUTF8\nAUTH LOGIN PLAIN\nSTARTTLS\nSIZE 1",
      "Nodemailer", ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP Service Ready", "Hello",
      "PIPELINING\n8BITMIME\nENHANCEDSTATUSCODES\nCHUNKING\nSTARTTLS\nSIZE",
      "go-smtp", ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ready", "h.example", "PIPELINING\nXXXXXXXA\n8BITMIME",
      "Cisco PIX or ASA", ANALYSIS_MTA_CAPABILITIES },
    { "220 h.example ESMTP Postfix", "h.example", "XXXXXXXA", "Postfix",
      ANALYSIS_MTA_GREETING },
    { "220 h.example", "h.example", "PIPELINING\nSIZE\n8BITMIME", NULL, 0 },
    { "220 h.example", "h.example", "", NULL, 0 },
    { "220 h.example", "h.example", "\n\n", NULL, 0 },
    { "", "", "8BITMIME", NULL, 0 },
};
/* clang-format on */

static void answers_tell(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct snow_probe p =
            probe_of(answers[i].greeting, answers[i].hello, answers[i].list);
        struct analysis_mta m;

        analysis_mta_tell(&m, &p);
        if (!is_said(&m, answers[i].family, "") ||
            m.source != answers[i].source)
            fail_msg("%zu: '%s', '%s' gave %s", i, answers[i].hello,
                     answers[i].list, m.family ? m.family : "nothing");
    }
}

static void kinds_are_told(void **state)
{
    struct snow_probe p = probe_of("220 a.example ESMTP PowerMTA", "", "");
    struct analysis_mta m;

    (void)state;
    assert_true(analysis_mta_tell(&m, &p));
    assert_int_equal(m.kind, ANALYSIS_MTA_BULK);
    p = probe_of("220 ************", "", "");
    assert_true(analysis_mta_tell(&m, &p));
    assert_int_equal(m.kind, ANALYSIS_MTA_MIDDLEBOX);
    assert_false(analysis_mta_tell(&m, &(struct snow_probe){ .port = 25 }));
}

/* Only so many lines, words and octets are looked at. */
static void bounds_hold(void **state)
{
    static char text[16384];
    struct snow_probe p = { .banner = text };
    struct analysis_mta m;
    const char *name = " Postfix";

    (void)state;
    memcpy(text, "220 mail.example.com ESMTP", 26);
    memset(text + 26, ' ', sizeof text - 26);
    for (size_t at = 26; at + 8 <= sizeof text; at += 331) {
        memcpy(text + at, name, 8);
        p.banner_len = at + 8;
        if (analysis_mta_tell(&m, &p) != (at + 8 <= 1024))
            fail_msg("a name at octet %zu", at);
        memset(text + at, ' ', 8);
    }
    for (size_t i = 0; i + 4 <= sizeof text; i += 4)
        memcpy(text + i, i % 16 ? "220-" : "\n220", 4);
    p.banner_len = sizeof text;
    assert_false(analysis_mta_tell(&m, &p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greetings_tell),
        cmocka_unit_test(answers_tell),
        cmocka_unit_test(kinds_are_told),
        cmocka_unit_test(bounds_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
