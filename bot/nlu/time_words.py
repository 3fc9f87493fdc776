"""How people write dates, hours and repetitions: one pattern for days, one for the hour. Values: dates.py.

Each family of expressions is a named group whose name is the name of its reader in dates.py.
"""

import re

DIGIT = "0-9一二三四五六七八九十廿卅零〇两壹贰叁肆伍陆柒捌玖拾"
N = r"(?:[0-9]{1,2}|[一二三四五六七八九十廿卅零〇两壹贰叁肆伍陆柒捌玖拾]{1,3})"
ALONE = rf"(?<![{DIGIT}第.:/¥])"
WEEK = "(?:周|星期|礼拜)"
DAY_OF_WEEK = "[一二三四五六日天1-7]"
TO = r"\s?(?:到|至|~|-{1,2})\s?"
NTH = "[一二三四五六1-6]|最后一"
YEAR = r"(?:(?:19|20)[0-9]{2}年|[一二][〇零一二三四五六七八九]{3}年|今年|明年|去年|前年|后年|来年|本年度?)的?"
SHIFT = "下+个?|上+个?|这个?|本|当"
AFTER_DAY = r"(?=上午|下午|中午|晚|早|一早|凌晨|周|星期|礼拜|\s|,|。|\(|$|到|至|~|的|那天)"
PART_OF_MONTH = "月?初|上旬|月?中旬|月中|下旬|月?底|月?末|最后一天"

HOLIDAYS = {"元旦": (1, 1), "三八": (3, 8), "植树节": (3, 12), "五一": (5, 1), "劳动节": (5, 1), "五四": (5, 4),
            "六一": (6, 1), "儿童节": (6, 1), "七一": (7, 1), "建党节": (7, 1), "八一": (8, 1), "建军节": (8, 1),
            "教师节": (9, 10), "国庆": (10, 1), "十一国庆": (10, 1)}

_EVERY = rf"""
    (?:每逢?|逢)(?P<odd>[单双])周的?{WEEK}?(?P<odd_day>{DAY_OF_WEEK})(?!次)
  | 每(?P<fortnight>[两2]|隔)个?{WEEK}|隔周{WEEK}?(?P<gap_day>{DAY_OF_WEEK})?
  | 每个?月的?(?:(?P<every_day>{N})[日号]|第?(?P<every_nth>{NTH})个?{WEEK}(?P<every_nth_day>{DAY_OF_WEEK})
      |(?P<every_part>{PART_OF_MONTH}))?
  | 每逢?个?{WEEK}的?(?P<week_days>(?:[、和]?{WEEK}?{DAY_OF_WEEK})+)(?!次)
  | 每个?(?P<unit>天|日(?![常])|周|星期|礼拜|季度|学期|年)
"""
_MONTHS = rf"""{ALONE}(?:(?P<months_year>{YEAR}))?
    (?:(?P<month_from>{N})(?:月份?)?(?:{TO}|[、,和])(?P<month_to>{N})月份?(?!\s?{N}[日号])
      |(?P<two_months>[一二三四五六七八九][一二三四五六七八九十])月份?)
"""
_MONTH = rf"""(?:(?P<year>{YEAR})|{ALONE})(?:(?P<month>{N})月份?|(?P<month_shift>{SHIFT})月份?)
    (?:的?(?:(?:(?P<day_from>{N})[日号]?(?:{TO}|[、,和]))?(?P<day>{N})(?:[日号]|{AFTER_DAY})
      |第?(?P<nth>{NTH})个{WEEK}(?P<nth_day>{DAY_OF_WEEK})
      |第(?P<nth_week>[一二三四五1-5])个?(?:周|星期)(?:的?{WEEK}(?P<nth_week_day>{DAY_OF_WEEK}))?
      |(?P<part_of_month>{PART_OF_MONTH}|中(?=$|[,。\s]))))?
"""
_SHORT = (r"(?<![\d.:/第¥·-])(?P<short_month>1[0-2]|0?[1-9])(?:[./·](?P<short_day>[0-3]?\d)|-(?P<dash_day>[0-3]\d))"
          r"(?!\d|[.:%/·-]\d|\s*(?:元|块|钱|角|毛|分|万|折|倍|小时|个|名|人|次|版|米|公里|岁|天|点|%|学时))[日号]?")
_DAY = (rf"(?<![{DIGIT}第.:/¥学几半双])(?:(?P<lone_from>{N})(?:{TO}|[、,和]))?(?P<lone_day>(?!两){N})(?:号|日)"
        r"(?!楼|线|门|教室|房|桌|车|信|路|公路|文|令|公告|码|召|生活|流程|活动|捐|游|常规|三餐|院)")
_WEEK = rf"""(?<![{DIGIT}每第单双])(?P<week_shift>下+个?|上+个?|这个?|本)?{WEEK}(?:的?{WEEK})?
    (?P<week_day>[一二三四五六日天末1-7])(?!次|个|篇|节|回|名)
  | (?<!每)(?P<whole_week>下+个?|上+个?|这个?|本){WEEK}(?!年)
"""
_PERIOD = rf"""(?P<period_year>{YEAR})?(?:第?(?P<quarter>[一二三四1-4])季度|[Qq](?P<q>[1-4])(?!\d)|
        (?P<quarter_shift>这个?|本|下个?|上个?)季度
      |(?P<half>[上下])半年(?!级)|第(?P<term>[一二12])学期|(?P<term_shift>这个?|本|下个?|上个?|新)学期|(?P<summer>暑假)
      |(?P<half_month>[上下])半月|(?P<year_part>年初|年中|年底|年末)|(?P<whole_year>全年))
  | (?P<year_alone>{YEAR})
"""
_OFFSET = rf"""(?:(?P<after>再?过)|(?<![{DIGIT}第.提]))(?P<count>半|一个半|[0-9]{{1,3}}|{N})(?P<and_half>个半)?
    (?P<offset_unit>个?(?:小时|钟头)|分钟|刻钟|天|日|周|个?星期|个?礼拜|个月|年)(?P<half_more>半)?(?(after)(?:之?以?后)?|(?P<side>之?以?后|之?以?前))
"""
DAYS = re.compile(rf"""
    (?P<iso>(?<!\d)(?P<iso_year>(?:19|20)\d\d)[-/.年]\s?(?P<iso_month>\d{{1,2}})
      (?:[-/.月]\s?(?P<iso_day>\d{{1,2}})(?!\d)[日号]?|月份?(?!\d)))
  | (?P<every>{_EVERY})
  | (?P<offset>{_OFFSET})
  | (?P<months>{_MONTHS})
  | (?P<in_month>{_MONTH})
  | (?P<holiday>(?P<holiday_year>{YEAR})?(?<![{DIGIT}])(?:(?P<feast>{"|".join(HOLIDAYS)})
      (?:妇女)?节?(?![{DIGIT}班个名号月日])
      |(?P<october>十一)(?=假期|长假|黄金周|期间|前|后|放假)))
  | (?P<relative>大前天|前天|昨[天日儿]|今[天日儿]|明[天日儿]|大后天|后[天日]
      |[昨今明后](?=[早晚晨]|上午|下午|中午)|今明两天)
  | (?P<short>{_SHORT})
  | (?P<weekday>{_WEEK})
  | (?P<period>{_PERIOD})
  | (?P<lone>{_DAY})
  | (?P<part_now>月初|月中(?!旬)|月底|月末)
""", re.VERBOSE)

PART = "凌晨|清晨|大清早|一大早|一早|早上|早晨|清早|上午|中午|正午|午后|下午|傍晚|晚上|晚间|夜里|夜间|半夜|早|晚"
_NOT_A_CLOCK = "要求|建议|意见|内容|体会|感想|希望|说明|注意|想法|看法|问题|不足|感受|心得|儿|子|心|名|评|赞|击|滴"
CLOCK = re.compile(rf"""
    (?P<part>{PART})?(?:的|\s)?
    (?:(?:(?<![{DIGIT}第.几]))(?:(?P<first_hour>{N}){TO})?(?P<hour>{N})(?:点钟?|时(?!间|候|长|刻|期|代|段))(?!{_NOT_A_CLOCK})
       (?:(?P<half>半)|(?P<quarter>[一三13])刻|(?P<minute>{N})(?:分|(?![{DIGIT}人个名块元份次月号日年]))|整)?
      |(?<![\d.:])(?P<digital>\d{{1,2}}):(?P<digital_minute>\d{{2}})(?::\d{{2}})?(?!\d))
  | (?P<alone>凌晨|清晨|一大早|一早|早上|早晨|上午|中午|下午|傍晚|晚上|(?<=[昨今明后\ufffc])[早晚])(?!好)
""", re.VERBOSE)

# One look that lets most sentences without any time pass at once.
HINT = re.compile("[0-9节月天号日周季学期年点时早晚午夜晨钟旬今明昨]|星期|礼拜|国庆|元旦|[一三五六七八十][一四八]|暑假")
